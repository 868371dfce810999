import type { FsType } from "../node/volume.ts";
import type { Run } from "./run.ts";

/** Features that kernel 5.15 mounts, named one by one so that a newer e2fsprogs makes the same. */
const ext4Features =
  "none,has_journal,ext_attr,resize_inode,dir_index,filetype,extent,64bit,flex_bg,sparse_super,large_file,huge_file,dir_nlink,extra_isize,metadata_csum";
const ext3Features = "none,has_journal,ext_attr,resize_inode,dir_index,filetype,sparse_super,large_file";

/**
 * The command that makes a filesystem. Blank devices are not discarded first (nothing is there to discard), and ext
 * leaves its inode tables and journal to be written when needed: a fresh 200 GiB ext4 takes 7 MiB instead of a
 * gigabyte.
 */
export async function mkfsCommand(
  device: string,
  fsType: FsType,
  options: readonly string[],
  discard: boolean,
  run: Run,
): Promise<readonly string[]> {
  switch (fsType) {
    case "ext4":
    case "ext3": {
      const extended = `lazy_itable_init=1,lazy_journal_init=1,${discard ? "discard" : "nodiscard"}`;
      const { features, others } = withFeatures(fsType === "ext4" ? ext4Features : ext3Features, options);
      return [`mkfs.${fsType}`, "-q", "-F", "-O", features, "-E", extended, ...others, device];
    }
    case "xfs":
      return ["mkfs.xfs", "-q", "-f", ...(discard ? [] : ["-K"]), ...(await xfsDefaults(run)), ...options, device];
    case "btrfs":
      return ["mkfs.btrfs", "-q", "-f", ...(discard ? [] : ["-K"]), ...options, device];
    default:
      return fsType satisfies never;
  }
}

/** mke2fs takes the last -O only, so features that are asked for go behind ours. */
function withFeatures(
  features: string,
  options: readonly string[],
): { readonly features: string; readonly others: readonly string[] } {
  const isFeature = (index: number) => options[index] === "-O" || options[index - 1] === "-O";
  const asked = options.filter((word, index) => isFeature(index) && word !== "-O");
  return { features: [features, ...asked].join(","), others: options.filter((_, index) => !isFeature(index)) };
}

/** 64-bit extent counters are the default of newer xfsprogs and need kernel 5.19; older ones don't know the option. */
async function xfsDefaults(run: Run): Promise<readonly string[]> {
  const { stdout, stderr } = await run(["mkfs.xfs", "-V"]);
  const [major = 0, minor = 0] =
    /version (\d+)\.(\d+)/
      .exec(stdout + stderr)
      ?.slice(1)
      .map(Number) ?? [];
  return major > 5 || (major === 5 && minor >= 19) ? ["-i", "nrext64=0"] : [];
}
