import type { Ec2, Ec2Options } from "./ec2.ts";

/** Loads the SDK with the first call: 90 MB that a process which never calls does without. */
export function lazyEc2(options: () => Promise<Ec2Options>): Ec2 {
  let loaded: Promise<Ec2> | undefined;
  const load = async () => (await import("./sdk.ts")).sdkEc2(await options());
  return {
    async call(action, input, signal) {
      loaded ??= load().catch((error: unknown) => {
        loaded = undefined;
        throw error;
      });
      return (await loaded).call(action, input, signal);
    },
  };
}
