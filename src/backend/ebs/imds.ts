/** Which instance this is, as the instance metadata service tells (IMDSv2, "Use instance metadata"). */
export interface InstanceIdentity {
  readonly instanceId: string;
  readonly instanceType: string;
  readonly region: string;
  readonly zone: string;
}

export interface Imds {
  identity(): Promise<InstanceIdentity>;
  taken(): Promise<{ readonly networkInterfaces: number; readonly volumesAtBoot: number }>;
}

/** The address is the SDK's variable too, so that both ask the same service. */
export function imdsFrom(env: NodeJS.ProcessEnv): Imds | undefined {
  if (env["AWS_EC2_METADATA_DISABLED"]?.toLowerCase() === "true") return undefined;
  return imdsAt(env["AWS_EC2_METADATA_SERVICE_ENDPOINT"] ?? "http://169.254.169.254");
}

export function imdsAt(endpoint: string): Imds {
  const base = endpoint.replace(/\/$/, "");

  async function ask(path: string, init: RequestInit): Promise<string> {
    const response = await fetch(`${base}/latest/${path}`, { ...init, signal: AbortSignal.timeout(2000) });
    if (!response.ok) throw new Error(`the instance metadata service answered ${response.status} to ${path}`);
    return await response.text();
  }

  /** A token for each question: they are asked a few times an hour. */
  async function get(path: string): Promise<string> {
    const headers = { "X-aws-ec2-metadata-token-ttl-seconds": "60" };
    const token = await ask("api/token", { method: "PUT", headers });
    return await ask(path, { headers: { "X-aws-ec2-metadata-token": token } });
  }

  return {
    async identity() {
      const document = JSON.parse(await get("dynamic/instance-identity/document")) as Record<string, string>;
      const { instanceId = "", instanceType = "", region = "", availabilityZone = "" } = document;
      return { instanceId, instanceType, region, zone: availabilityZone };
    },
    async taken() {
      const interfaces = linesOf(await get("meta-data/network/interfaces/macs/"));
      const mapped = linesOf(await get("meta-data/block-device-mapping/"));
      const volumesAtBoot = 1 + mapped.filter((name) => /^ebs\d/.test(name)).length;
      return { networkInterfaces: interfaces.length, volumesAtBoot };
    },
  };
}

const linesOf = (text: string): readonly string[] => text.split("\n").filter((line) => line.trim() !== "");
