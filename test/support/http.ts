/** What a driver serves with --http. */
export async function getText(port: number, path: string): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: response.status, text: await response.text() };
}

/** The driver's figures by name, and those of one of its pools; others with labels of their own are left out. */
export async function metricsOf(port: number, pool = "default"): Promise<ReadonlyMap<string, number>> {
  const { text } = await getText(port, "/metrics");
  const lines = text.matchAll(new RegExp(`^(\\w+)\\{(?:pool="${pool}",)?driver_name="[^"]*"\\} (\\S+)$`, "gm"));
  return new Map([...lines].map(([, name = "", value]) => [name, Number(value)]));
}
