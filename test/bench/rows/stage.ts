import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { startTestDriver } from "../../support/driver.ts";
import { makeSandbox } from "../../support/sandbox.ts";
import { ms, pairs, type Row, timed } from "../measure.ts";

const rounds = 15;
const capability = { mount: { fsType: "ext4" }, accessMode: { mode: "SINGLE_NODE_WRITER" } };

/**
 * What a shell script must do for the same: prove that the image is blank, attach it, put on record that it is being
 * formatted, format under a lock, mount, empty, put on record that it is formatted, show.
 */
const script = `set -e
image=$1 staging=$2 target=$3
note() { printf '%s' "$1" >"$image.new"; sync "$image.new"; mv "$image.new" "$image.state"; sync "$(dirname "$image")"; }
blkid --probe "$image" && exit 1
device=$(losetup --find --show --direct-io=on --sector-size 512 "$image")
note started
flock "$image.lock" mkfs.ext4 -q -F -E lazy_itable_init=1,lazy_journal_init=1,nodiscard "$device"
mkdir -p "$staging"
mount -t ext4 "$device" "$staging"
rmdir "$staging/lost+found"
note done
mkdir -p "$target"
mount --bind "$staging" "$target"
`;

/** NodeStageVolume and NodePublishVolume of a fresh 1 GiB ext4, beside a shell script that does the same. */
export async function benchStage(): Promise<readonly Row[]> {
  await using sandbox = await makeSandbox();
  await using driver = await startTestDriver(sandbox, { flags: ["--log-level", "warn"] });
  const { client } = driver;
  writeFileSync(sandbox.path("stage.sh"), script);
  const places = (kind: string, round: number) => {
    const folder = sandbox.path(`${kind}-${round}`);
    mkdirSync(folder, { recursive: true });
    return { folder, staging: `${folder}/staging`, target: `${folder}/target` };
  };
  const result = await pairs(
    rounds,
    async (round) => {
      const { staging: stagingTargetPath, target: targetPath } = places("kura", round);
      const request = {
        name: `stage-${round}`,
        capacityRange: { requiredBytes: 2 ** 30 },
        volumeCapabilities: [capability],
      };
      const { volume } = await client.call<{ volume: { volumeId: string } }>("CreateVolume", request);
      const common = { volumeId: volume.volumeId, volumeCapability: capability, stagingTargetPath };
      const time = await timed(async () => {
        await client.call("NodeStageVolume", common);
        await client.call("NodePublishVolume", { ...common, targetPath });
      });
      await client.call("NodeUnpublishVolume", { volumeId: volume.volumeId, targetPath });
      await client.call("NodeUnstageVolume", { volumeId: volume.volumeId, stagingTargetPath });
      await client.call("DeleteVolume", { volumeId: volume.volumeId });
      return time;
    },
    async (round) => {
      const { staging, target } = places("shell", round);
      const image = `${sandbox.pool}/shell-${round}`;
      spawnSync("truncate", ["--size", "1G", image]);
      const time = await timed(() => {
        const { status, stderr } = spawnSync("sh", [sandbox.path("stage.sh"), image, staging, target]);
        if (status !== 0) throw new Error(`the reference script failed: ${stderr}`);
      });
      spawnSync("umount", [target, staging]);
      spawnSync("losetup", [
        "--detach",
        spawnSync("losetup", ["--noheadings", "--output", "NAME", "--associated", image]).stdout.toString().trim(),
      ]);
      spawnSync("rm", [image, `${image}.state`, `${image}.lock`]);
      return time;
    },
  );
  return [
    {
      name: "stage and publish a fresh 1 GiB ext4, beside a shell script",
      ours: ms(result.ours),
      reference: ms(result.reference),
      figure: result.ratio,
      mark: 1.2,
    },
  ];
}
