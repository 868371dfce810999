import { type CallNotes, error, refusals, shown } from "../call.ts";

export const identity: Readonly<Record<string, CallNotes>> = {
  GetPluginInfo: {
    when: "Before everything else: the name decides which claims are this driver's.",
    before: "Nothing. It is answered also while the pool is still being read.",
    after: "The name is the one in StorageClasses and in the CSIDriver object; it never changes while the driver runs.",
    example: "",
    shown: shown("driver/debug-socket.test.ts", "tells enough to call a method of which only the name was known"),
    conditions: [],
  },
  GetPluginCapabilities: {
    when: "Once, when a sidecar starts.",
    before: "Nothing.",
    after: "A service that is named here is served, and one that is not named answers UNIMPLEMENTED.",
    example: "",
    shown: shown("unit/csi/capabilities.test.ts", "the services of a process"),
    conditions: [],
  },
  Probe: {
    when: "All the time, by livenessprobe; by sidecars when they start.",
    before: "Nothing. It takes no lock, so no other call can delay it.",
    after: "`ready` is true when volumes can be served. Asked again it may say something else.",
    example: "",
    shown: shown("driver/csi-command.test.ts", "kura csi"),
    conditions: [
      error(
        "FAILED_PRECONDITION",
        "the driver is not healthy, or lacks something that it needs",
        refusals("a driver that cannot work says so to Probe, and why"),
      ),
    ],
  },
};
