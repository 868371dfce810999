import { sep } from "node:path";

/**
 * What a pod puts in place of a directory that root is at work in, a symlink to anywhere, must not lead root there: a
 * path that is resolved once more would follow it. So the command sees the folder through a mount of its own on which
 * the kernel follows none (ELOOP; it can still be read and copied as what it is), and opens no devices.
 *
 * The mount is in a namespace that ends with the command. It still takes part in what is unmounted outside, or it would
 * keep other volumes' filesystems from being unmounted as long as it lives. One mount below both ends of a copy: blocks
 * were not shared across two before Linux 5.19. A kernel before 5.10 ignores the flag in silence, so it is looked for.
 */
export const withoutSymlinks = (folder: string, argv: readonly string[]): readonly string[] => [
  ...["unshare", "--mount", "--propagation", "slave", "--", "sh", "-c", script, "sh", folder],
  ...argv,
];

const script = `
mount --bind -o nosymfollow,nodev -- "$1" "$1" || exit
case "$(findmnt --noheadings --output VFS-OPTIONS --target "$1")" in
  *nosymfollow*) ;;
  *) echo "this kernel cannot keep symlinks from being followed; Linux 5.10 or later can" >&2; exit 1 ;;
esac
shift
exec "$@"`;

/** The nearest folder that two absolute paths lie in. */
export function folderOfBoth(one: string, other: string): string {
  const [ones, others] = [one.split(sep).slice(0, -1), other.split(sep).slice(0, -1)];
  const apart = ones.findIndex((name, index) => name !== others[index]);
  return ones.slice(0, apart === -1 ? undefined : apart).join(sep) || sep;
}
