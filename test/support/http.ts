/** What a driver serves with --http. */
export async function getText(port: number, path: string): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: response.status, text: await response.text() };
}

/** The driver's figures by name; those with labels besides the driver's are left out. */
export async function metricsOf(port: number): Promise<ReadonlyMap<string, number>> {
  const { text } = await getText(port, "/metrics");
  const lines = text.matchAll(/^(\w+)\{driver_name="[^"]*"\} (\S+)$/gm);
  return new Map([...lines].map(([, name = "", value]) => [name, Number(value)]));
}
