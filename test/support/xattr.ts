import { must } from "./command.ts";

/** Node has no calls for extended attributes; Python's standard library has. Values are hexadecimal. */
export const setXattr = (path: string, name: string, hex: string): Promise<string> =>
  must(
    "python3",
    "-c",
    "import os,sys; os.setxattr(sys.argv[1], sys.argv[2], bytes.fromhex(sys.argv[3]))",
    path,
    name,
    hex,
  );

/** All attributes of a file, a line each. */
export const xattrsOf = (path: string): Promise<string> =>
  must(
    "python3",
    "-c",
    "import os,sys\nfor name in sorted(os.listxattr(sys.argv[1])): print(name, os.getxattr(sys.argv[1], name).hex())",
    path,
  );

/** An ACL by which user 1234 may do everything (acl_ea_header of version 2, then tag, permissions and id of each entry). */
export const aclFor1234 = [
  "02000000",
  "01000600ffffffff", // the owner
  "02000700d2040000", // user 1234
  "04000400ffffffff", // the group
  "10000700ffffffff", // the mask
  "20000000ffffffff", // others
].join("");
