import type { Volume as Ec2Volume } from "@aws-sdk/client-ec2";
import type { Parameters } from "../backend.ts";
import { badParameter } from "../parameter-rules.ts";
import { volumeOf } from "./entries.ts";

interface Encryption {
  readonly Encrypted?: boolean;
  readonly KmsKeyId?: string;
}

/** What EC2 is asked for; where nothing is said, the account's own rule counts. */
export function encryptionOf(parameters: Parameters): Encryption {
  const KmsKeyId = parameters["kmskeyid"];
  if (KmsKeyId !== undefined) return { Encrypted: true, KmsKeyId };
  const encrypted = parameters["encrypted"];
  return encrypted === undefined ? {} : { Encrypted: encrypted === "true" };
}

/**
 * A copy of an encrypted volume is encrypted as that one is, whatever is asked ("CopyVolumes", Encrypted); one of plain
 * bytes can be encrypted on the way.
 */
export function encryptionOfCopy(parameters: Parameters, source: Ec2Volume): Encryption {
  const asked = encryptionOf(parameters);
  return source.Encrypted !== true && asked.Encrypted === true ? asked : {};
}

/** Refuses what would come out encrypted though nobody wants that. */
export function checkPlain(parameters: Parameters, source: string, isEncrypted: boolean | undefined): void {
  if (isEncrypted !== true || encryptionOf(parameters).Encrypted !== false) return;
  throw badParameter("encrypted", `cannot be false: ${source} is encrypted, and so is what is made from it`);
}

/** Refuses another key than that of the source. By an alias a key is known only where the source was made by it too. */
export function checkSameKey(parameters: Parameters, source: Ec2Volume): void {
  const { KmsKeyId: asked } = encryptionOf(parameters);
  if (source.Encrypted !== true || asked === undefined) return;
  const { KmsKeyId: key = "", VolumeId } = source;
  const names = [key, key.split("/").at(-1), volumeOf(source).creation.parameters["kmskeyid"]];
  if (names.includes(asked)) return;
  throw badParameter(
    "kmsKeyId",
    `${asked} is not known as the key of volume ${VolumeId}, ${key || "the account's own"}: a copy of an encrypted volume keeps its key`,
  );
}
