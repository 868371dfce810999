/**
 * A disk that remembers: a filesystem with one file in it, `disk`, which takes notes of every write, trim and flush
 * before it is answered, in order; and with a second one, `marks`, whose writes are only noted, so that whoever uses the
 * disk can say in the same order what he asked for and what he was told.
 *
 *     node program.ts IMAGE NOTES     with /dev/fuse as descriptor 3; ends when it is unmounted
 *
 * One request at a time: a flush covers every write that came before it. A disk of many hands might still have one of
 * them in a hand; that a filesystem waits for its own writes before it flushes is not what is tested.
 */
import { fstatSync, openSync, readSync, statfsSync, writeSync } from "node:fs";
import * as fuse from "./fuse.ts";
import { type Note, NoteWriter } from "./notes.ts";

const [imageFile = "", notesFile = ""] = process.argv.slice(2);
const image = openSync(imageFile, "r+");
const notes = new NoteWriter(notesFile);
const zeros = Buffer.alloc(1024 * 1024);

const nodes = { root: 1n, disk: 2n, marks: 3n } as const;
const [directory, regularFile] = [0o040700, 0o100600];
/** FALLOC_FL_PUNCH_HOLE and FALLOC_FL_ZERO_RANGE, which both leave zeros. */
const leavesZeros = 0x02 | 0x10;

await fuse.serve(3, answer);

function answer({ operation, node, body }: fuse.Request): fuse.Answer {
  switch (operation) {
    case fuse.operations.lookup:
      return lookup(fuse.nameIn(body));
    case fuse.operations.getattr:
    case fuse.operations.setattr:
      return fuse.attributesReply(attributesOf(node));
    case fuse.operations.open:
      return fuse.openReply();
    case fuse.operations.read:
      return read(fuse.offsetIn(body), fuse.readSizeIn(body));
    case fuse.operations.write:
      return write(node, fuse.offsetIn(body), fuse.writtenIn(body));
    case fuse.operations.fallocate:
      return fallocate(fuse.offsetIn(body), fuse.lengthIn(body), fuse.modeIn(body));
    case fuse.operations.fsync:
      return note({ kind: "flush" });
    case fuse.operations.statfs:
      return statfs();
    case fuse.operations.flush:
    case fuse.operations.release:
    case fuse.operations.destroy:
      return Buffer.alloc(0);
    default:
      return fuse.errors.ENOSYS;
  }
}

function lookup(name: string): fuse.Answer {
  const node = name === "disk" ? nodes.disk : name === "marks" ? nodes.marks : undefined;
  return node === undefined ? fuse.errors.ENOENT : fuse.entryReply(attributesOf(node));
}

function attributesOf(node: bigint): fuse.Attributes {
  if (node !== nodes.disk) {
    const mode = node === nodes.root ? directory : regularFile;
    return { node, mode, size: 0, allocated: 0 };
  }
  const { size, blocks } = fstatSync(image);
  return { node, mode: regularFile, size, allocated: blocks * 512 };
}

function read(offset: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  return bytes.subarray(0, readSync(image, bytes, 0, size, offset));
}

function write(node: bigint, offset: number, bytes: Buffer): Buffer {
  if (node === nodes.marks) note({ kind: "mark", text: bytes.toString() });
  else {
    note({ kind: "write", offset, bytes });
    writeSync(image, bytes, 0, bytes.length, offset);
  }
  return fuse.writtenReply(bytes.length);
}

function fallocate(offset: number, length: number, mode: number): fuse.Answer {
  if ((mode & leavesZeros) === 0) return fuse.errors.EOPNOTSUPP;
  note({ kind: "zero", offset, length });
  for (let done = 0; done < length; done += zeros.length)
    writeSync(image, zeros, 0, Math.min(zeros.length, length - done), offset + done);
  return Buffer.alloc(0);
}

function statfs(): Buffer {
  const { blocks, bavail, bsize } = statfsSync(imageFile);
  return fuse.statfsReply({ totalBytes: blocks * bsize, freeBytes: bavail * bsize });
}

function note(what: Note): Buffer {
  notes.add(what);
  return Buffer.alloc(0);
}
