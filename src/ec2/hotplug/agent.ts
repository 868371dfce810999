import type { Order, Orders, PlugReport } from "./hands.ts";

/** The orders that a simulator elsewhere has for one instance. */
export function ordersFrom(ec2: string, instanceId: string): Orders {
  let quietMs = 0;
  const address = new URL("/kura/hotplug", ec2);
  return {
    async wanted() {
      const answer = await fetch(`${address}?instance=${instanceId}`);
      if (!answer.ok) throw new Error(`${ec2} answers ${answer.status}: ${await answer.text()}`);
      const told = (await answer.json()) as { readonly orders: readonly Order[]; readonly quietMs: number };
      quietMs = told.quietMs;
      return told.orders;
    },
    async report(plugs: readonly PlugReport[]) {
      const answer = await fetch(address, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ plugs }),
      });
      if (!answer.ok) throw new Error(`${ec2} answers ${answer.status}: ${await answer.text()}`);
    },
    // nobody pokes from afar
    quietMs: () => Math.min(quietMs, mostQuietMs),
  };
}

const mostQuietMs = 250;
