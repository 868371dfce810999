import type { Source } from "../../node/volume.ts";

/** Where the bytes of a volume are that does not exist: so that its paths can still be looked at. */
export const nowhere: Source = { kind: "device", path: "/dev/null/kura" };
