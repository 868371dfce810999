import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Host, Observation } from "../../src/node/host.ts";
import type { NoteFilesystem, Step } from "../../src/node/step.ts";
import type { Device, Image } from "../../src/node/volume.ts";
import { eventually } from "../support/eventually.ts";

/** A host, and a place on it where nothing is in the way. */
export interface HostUnderTest extends AsyncDisposable {
  readonly host: Host;
  /** An existing, empty directory, on a filesystem that can share blocks. */
  readonly folder: string;
  /** Mounts something there that is no volume. */
  mountSomethingElse(path: string): Promise<void>;
  /** A disk that is simply there. */
  addDisk(sizeBytes: number): Promise<Device>;
  /** Opens a device as any program may, holding nothing. */
  open(device: string): Promise<AsyncDisposable>;
  /** Writes a file into a directory. */
  fill(path: string): Promise<void>;
}

const signal = new AbortController().signal;
const MiB = 2 ** 20;
const sizeBytes = 320 * MiB;

/** What plans may rely on, whichever machine performs them. */
export function hostContract(make: () => Promise<HostUnderTest>): void {
  let under: HostUnderTest;
  let image: Image;
  let staging: string;
  let target: string;
  beforeEach(async () => {
    under = await make();
    image = { kind: "image", file: `${under.folder}/image`, sectorBytes: 512, discard: true };
    staging = `${under.folder}/staging`;
    target = `${under.folder}/target`;
  });
  afterEach(() => under[Symbol.asyncDispose]());

  const perform = (...steps: readonly Step[]) => under.host.perform({ steps }, signal);
  const observe = (): Promise<Observation<"staging" | "target">> =>
    under.host.observe(image, { staging, target }, signal);
  const device = (readOnly = false) => ({ image: image.file, readOnly });
  const steps = () =>
    ({
      image: { do: "make-image", path: image.file, sizeBytes, allocate: false },
      attach: { do: "attach", source: image, readOnly: false },
      attachToRead: { do: "attach", source: image, readOnly: true },
      detach: { do: "detach", image },
      format: { do: "format", device: device(), fsType: "xfs", options: [], discard: false },
      check: { do: "check", device: device(), fsType: "xfs" },
      stagingPath: { do: "make-directory", path: staging },
      mount: { do: "mount", device: device(), path: staging, fsType: "xfs", options: ["nouuid"] },
      unmount: { do: "unmount", path: staging },
      targetPath: { do: "make-directory", path: target },
      targetFile: { do: "make-file", path: target },
    }) satisfies Record<string, Step>;
  const makeMounted = async () => {
    const { image, attach, format, stagingPath, mount } = steps();
    await perform(image, attach, format, stagingPath, mount);
  };

  describe("images and devices", () => {
    test("a fresh image is as large as was asked for, blank, and no device", async () => {
      await perform(steps().image);
      const { volume } = await observe();
      expect(volume).toMatchObject({ device: undefined, readOnlyDevice: undefined, shownAt: [] });
      expect(volume.backing?.sizeBytes).toBe(sizeBytes);
      expect(await under.host.probe(image, signal)).toEqual({ kind: "blank" });
    });

    test("an image that is not there has no bytes", async () => {
      expect((await observe()).volume.backing).toBeUndefined();
    });

    test("attached it is a device of its size; detached it is none", async () => {
      await perform(steps().image, steps().attach);
      expect((await observe()).volume.device?.sizeBytes).toBe(sizeBytes);
      await perform(steps().detach);
      expect((await observe()).volume.device).toBeUndefined();
    });

    test("detached while a program has it open it is told as going, and goes when that one closes it", async () => {
      await perform(steps().image, steps().attach);
      const { device } = (await observe()).volume;
      expect(device).toMatchObject({ detaching: false });
      {
        await using _ = await under.open(device?.path ?? "");
        await expect(perform(steps().detach)).rejects.toMatchObject({ kind: "in-use" });
        expect((await observe()).volume.device).toEqual({ ...device, detaching: true });
      }
      await eventually(async () => expect((await observe()).volume.device).toBeUndefined());
    });

    test("for reading and for writing are two devices, and the reading one can go alone", async () => {
      await perform(steps().image, steps().attach, steps().attachToRead);
      const { device, readOnlyDevice } = (await observe()).volume;
      expect(device?.path).not.toBe(readOnlyDevice?.path);
      await perform({ do: "detach-read-only", source: image });
      const { volume } = await observe();
      expect(volume.device).toEqual(device);
      expect(volume.readOnlyDevice).toBeUndefined();
    });

    test("readers of a disk have a device on top of it, which goes alone", async () => {
      const disk = await under.addDisk(sizeBytes);
      const seen = async () => (await under.host.observe(disk, { target }, signal)).volume;
      expect(await seen()).toMatchObject({ device: { path: disk.path, sizeBytes }, readOnlyDevice: undefined });
      await perform({ do: "attach", source: disk, readOnly: true }, steps().targetFile);
      await perform({ do: "bind-device", device: { image: disk.path, readOnly: true }, to: target });
      expect(await seen()).toMatchObject({
        device: { path: disk.path },
        readOnlyDevice: { sizeBytes },
        shownAt: [{ path: target, as: "device", readOnly: true }],
      });
      await perform({ do: "unmount", path: target }, { do: "detach-read-only", source: disk });
      expect(await seen()).toMatchObject({ device: { path: disk.path }, readOnlyDevice: undefined, shownAt: [] });
    });

    test("a grown image is a larger device once it is told", async () => {
      await perform(steps().image, steps().attach, { do: "resize-image", path: image.file, sizeBytes: 2 * sizeBytes });
      expect((await observe()).volume).toMatchObject({
        backing: { sizeBytes: 2 * sizeBytes },
        device: { sizeBytes },
      });
      await perform({ do: "refresh-size", source: image });
      expect((await observe()).volume.device?.sizeBytes).toBe(2 * sizeBytes);
    });

    test("no image ever shrinks", async () => {
      await perform(steps().image, { do: "resize-image", path: image.file, sizeBytes: MiB });
      expect((await observe()).volume.backing?.sizeBytes).toBe(sizeBytes);
    });

    test("what works on a device that is not attached says that it is missing", async () => {
      await perform(steps().image);
      await expect(perform(steps().format)).rejects.toMatchObject({ kind: "missing" });
    });

    test("a clone holds what its original holds", async () => {
      const { image: make, attach, format, detach } = steps();
      const copy = { ...image, file: `${under.folder}/copy` };
      await perform(make, attach, format, detach);
      await perform({ do: "clone-image", from: image.file, to: copy.file, sizeBytes: 2 * sizeBytes });
      expect(await under.host.probe(copy, signal)).toEqual(await under.host.probe(image, signal));
      const { volume } = await under.host.observe(copy, {}, signal);
      expect(volume.backing?.sizeBytes).toBe(2 * sizeBytes);
    });
  });

  describe("filesystems and mounts", () => {
    test("a filesystem that was made is told by its type and size", async () => {
      await perform(steps().image, steps().attach, steps().format);
      expect(await under.host.probe(image, signal)).toMatchObject({ kind: "filesystem", fsType: "xfs" });
    });

    test("mounted it is shown there, whole, alive, for writing", async () => {
      await makeMounted();
      const { volume, paths } = await observe();
      expect(volume.shownAt).toMatchObject([
        { path: staging, as: "filesystem", fsType: "xfs", readOnly: false, alive: true },
      ]);
      expect(paths.staging).toMatchObject({ kind: "directory", mount: { isVolume: true, depth: 1 } });
      expect(paths.target).toEqual({ kind: "missing", mount: undefined });
    });

    test("unmounted it is nowhere; once more changes nothing", async () => {
      await makeMounted();
      await perform(steps().unmount);
      await perform(steps().unmount);
      expect((await observe()).volume.shownAt).toEqual([]);
    });

    test("bound to a second path, it is shown there too", async () => {
      await makeMounted();
      await perform(steps().targetPath, { do: "bind", from: staging, to: target });
      const { volume, paths } = await observe();
      expect(volume.shownAt).toMatchObject([
        { path: staging, readOnly: false },
        { path: target, as: "filesystem", readOnly: false },
      ]);
      expect(paths.target.mount?.isVolume).toBe(true);
    });

    test("a mount's own options are added to those that it has, and a bind of it has them all", async () => {
      await makeMounted();
      const third = `${under.folder}/third`;
      await perform(
        steps().targetPath,
        { do: "bind", from: staging, to: target },
        { do: "remount", path: target, options: ["nosuid"] },
        { do: "remount", path: target, options: ["noexec", "ro"] },
        { do: "make-directory", path: third },
        { do: "bind", from: target, to: third },
        { do: "unmount", path: target },
      );
      const [first, second, ...more] = (await observe()).volume.shownAt;
      expect(first).toMatchObject({ path: staging, readOnly: false });
      expect(first?.options).not.toContain("nosuid");
      expect(second).toMatchObject({ path: third, readOnly: true });
      expect(second?.options).toEqual(expect.arrayContaining(["nosuid", "noexec"]));
      expect(more).toEqual([]);
      await perform({ do: "unmount", path: third }, { do: "remove-target", path: third });
    });

    test("what is mounted is neither detached nor made anew nor checked", async () => {
      await makeMounted();
      for (const step of [steps().detach, steps().format, steps().check])
        await expect(perform(step)).rejects.toMatchObject({ kind: "in-use" });
      expect((await observe()).volume.shownAt).toHaveLength(1);
    });

    test("grown while it is mounted, it is as large as its device", async () => {
      await makeMounted();
      const before = (await under.host.usageOf(staging, signal)).bytes.total;
      await perform(
        { do: "resize-image", path: image.file, sizeBytes: 2 * sizeBytes },
        { do: "refresh-size", source: image },
        { do: "grow-mounted", device: device(), path: staging, fsType: "xfs" },
      );
      // asked of the mount: what the device itself says follows when the filesystem writes it
      expect((await under.host.usageOf(staging, signal)).bytes.total).toBeGreaterThan(1.5 * before);
    });

    test("raw blocks are shown as a device, for reading only where the device is", async () => {
      await perform(steps().image, steps().attach, steps().attachToRead, steps().targetFile);
      await perform({ do: "bind-device", device: device(true), to: target });
      const { volume, paths } = await observe();
      expect(volume.shownAt).toMatchObject([{ path: target, as: "device", readOnly: true }]);
      expect(paths.target).toMatchObject({ kind: expect.not.stringMatching("missing"), mount: { isVolume: true } });
    });

    test("something else that is mounted there is not the volume, on top of it neither", async () => {
      await makeMounted();
      await under.mountSomethingElse(staging);
      expect((await observe()).paths.staging.mount).toMatchObject({ isVolume: false, isLost: false, depth: 0 });
    });

    test("what shows a disk that is gone is told so, and is not the volume that is attached again", async () => {
      const { image: make, attach, detach, targetFile } = steps();
      const showing = async () => (await observe()).paths.target.mount;
      await perform(make, attach, targetFile, { do: "bind-device", device: device(), to: target });
      expect(await showing()).toMatchObject({ isVolume: true, isLost: false });
      await perform(detach);
      expect(await showing()).toMatchObject({ isVolume: false, isLost: true, depth: 1 });
      await perform({ do: "unmount", path: target });
      expect(await showing()).toBeUndefined();
    });

    test("only the volume's own mounts are counted where others lie below", async () => {
      await perform(steps().stagingPath);
      await under.mountSomethingElse(staging);
      await perform(steps().image, steps().attach, steps().format, steps().mount);
      await perform({ do: "bind", from: staging, to: staging });
      expect((await observe()).paths.staging.mount).toMatchObject({ isVolume: true, depth: 2 });
    });

    test("what a mounted filesystem holds can be counted", async () => {
      await makeMounted();
      const { bytes } = await under.host.usageOf(staging, signal);
      expect(bytes.total).toBeGreaterThan(0);
      expect(bytes.available).toBeLessThanOrEqual(bytes.total);
    });
  });

  describe("paths", () => {
    test("made and removed, and removed again", async () => {
      await perform(steps().targetPath);
      expect((await observe()).paths.target.kind).toBe("directory");
      await perform(steps().targetPath);
      await perform({ do: "remove-target", path: target }, { do: "remove-target", path: target });
      expect((await observe()).paths.target.kind).toBe("missing");
    });

    test("only an empty one is removed", async () => {
      await perform(steps().targetPath);
      await under.fill(target);
      await expect(perform({ do: "remove-target", path: target })).rejects.toMatchObject({ kind: "not-empty" });
    });

    test("below a parent that is missing none is made", async () => {
      for (const kind of ["make-directory", "make-file"] as const) {
        const step: Step = { do: kind, path: `${target}/below` };
        await expect(perform(step)).rejects.toMatchObject({ kind: "missing" });
      }
    });

    test("where one really leads is told, also of one that is not there", async () => {
      expect(await under.host.realPath(target)).toBe(target);
      expect(await under.host.isLink(target)).toBe(false);
    });
  });

  describe("plans", () => {
    test("stop at the first step that fails, and what must come after comes", async () => {
      const plan = {
        steps: [steps().image, steps().format, steps().attach],
        finally: [steps().targetPath],
      };
      await expect(under.host.perform(plan, signal)).rejects.toMatchObject({ kind: "missing" });
      const { volume, paths } = await observe();
      expect(volume.device).toBeUndefined();
      expect(paths.target.kind).toBe("directory");
    });

    test("do all that must come after, whatever becomes of one of it", async () => {
      const plan = { steps: [], finally: [steps().format, steps().targetPath] };
      await expect(under.host.perform(plan, signal)).rejects.toMatchObject({ kind: "missing" });
      expect((await observe()).paths.target.kind).toBe("directory");
    });

    test("of a caller who has gone are not begun", async () => {
      const gone = AbortSignal.abort();
      await expect(under.host.perform({ steps: [steps().targetPath] }, gone)).rejects.toBe(gone.reason);
      expect((await observe()).paths.target.kind).toBe("missing");
    });

    test("hand the record's steps to whoever keeps it", async () => {
      const noted: NoteFilesystem[] = [];
      const step: Step = { do: "note-filesystem", volume: "v", filesystem: { state: "started", fsType: "xfs" } };
      await under.host.perform({ steps: [step] }, signal, async (step) => {
        noted.push(step);
      });
      expect(noted).toEqual([step]);
      await expect(perform(step)).rejects.toThrow("nobody keeps a record of volume v");
    });
  });
}
