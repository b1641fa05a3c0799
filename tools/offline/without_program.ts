/**
 * Takes out of an executable what `deno compile` put in, so that the runtime is left: the inverse of what Deno does
 * for each format. What Deno writes anew whenever it compiles is left as it is most easily undone; compiling with
 * what is left gives, byte for byte, what compiling with the untouched runtime gives.
 */

type Bytes = Uint8Array<ArrayBuffer>;

/** The name under which the program's files lie in the executable. */
const NAME = "d3n0l4nd";

/** Takes the program's files out, whatever system the executable is for. */
export function withoutProgram(file: Bytes): Bytes {
  const view = viewOf(file);
  if (view.getUint32(0) === 0x7f454c46) return fromElf(file);
  if (view.getUint16(0) === 0x4d5a) return fromPe(file);
  if (view.getUint32(0, true) === 0xfeedfacf) {
    return view.getUint32(4, true) === 0x0100000c ? fromMachOArm(file) : fromMachOIntel(file);
  }
  throw new Error("Taking the program out: the file is no executable of a system that is known");
}

/** Linux: the files are behind the end, which the table of sections is. */
function fromElf(file: Bytes): Bytes {
  const view = viewOf(file);
  const end = Number(view.getBigUint64(0x28, true)) + view.getUint16(0x3a, true) * view.getUint16(0x3c, true);
  expect(textAt(file, end, NAME.length) === NAME, "nothing is behind the table of sections");
  return file.slice(0, end);
}

/** Windows: the files are a resource, in a section of its own that is the last one and the only one with resources. */
function fromPe(file: Bytes): Bytes {
  const header = viewOf(file).getUint32(0x3c, true);
  const sections = viewOf(file).getUint16(header + 6, true);
  const optional = header + 24;
  const last = optional + viewOf(file).getUint16(header + 20, true) + 40 * (sections - 1);
  expect(textAt(file, last, 8) === ".pedata\0", "the last section is not that of the resources");
  const bytes = viewOf(file).getUint32(last + 16, true);
  const start = viewOf(file).getUint32(last + 20, true);
  expect(start + bytes === file.length, "the resources are not at the end");
  const left = file.slice(0, start);
  const view = viewOf(left);
  view.setUint16(header + 6, sections - 1, true);
  view.setUint32(optional + 56, view.getUint32(optional + 56, true) - bytes, true); // the size in memory
  left.fill(0, optional + 128, optional + 136); // where the resources are
  left.fill(0, last, last + 40);
  return left;
}

/** macOS on Intel: the files are behind the end, and the last segment and its strings were told to reach over them. */
function fromMachOIntel(file: Bytes): Bytes {
  const end = lastIndexOf(file, "<~sui-data~>");
  expect(end > 0, "nothing is behind the end");
  const left = file.slice(0, end);
  const view = viewOf(left);
  for (const { kind, at } of commandsOf(left)) {
    if (kind === SEGMENT && textAt(left, at + 8, 16) === LINKEDIT) {
      const bytes = BigInt(end) - view.getBigUint64(at + 40, true);
      view.setBigUint64(at + 32, bytes, true);
      view.setBigUint64(at + 48, bytes, true);
    }
    if (kind === SYMTAB) view.setUint32(at + 20, end - view.getUint32(at + 16, true), true);
  }
  return left;
}

/**
 * macOS on ARM: the files are a segment before the last one, which was moved, as were all places that refer to it. The
 * signature is cut off: compiling makes another.
 */
function fromMachOArm(file: Bytes): Bytes {
  const view = viewOf(file);
  const commands = commandsOf(file);
  const added = commands.find(({ kind, at }) =>
    kind === SEGMENT && textAt(file, at + 8, 5) === "__SUI" && textAt(file, at + 72, 8) === NAME
  );
  const linkedit = commands.find(({ kind, at }) => kind === SEGMENT && textAt(file, at + 8, 16) === LINKEDIT);
  const signature = commands.find(({ kind }) => kind === SIGNATURE);
  if (added === undefined || linkedit === undefined || signature === undefined) {
    throw new Error("Taking the program out: a part that compiling adds is missing");
  }
  const bytes = Number(view.getBigUint64(added.at + 48, true));
  const start = Number(view.getBigUint64(added.at + 40, true));
  const moved = Number(view.getBigUint64(linkedit.at + 40, true));
  expect(start + bytes === moved, "the program is not before the last segment");
  for (const { kind, at } of commands) {
    for (const place of PLACES[kind] ?? []) {
      const value = view.getUint32(at + place, true);
      if (value >= moved) view.setUint32(at + place, value - bytes, true);
    }
  }
  const end = view.getUint32(signature.at + 8, true);
  view.setUint32(signature.at + 12, 0, true);
  view.setBigUint64(linkedit.at + 24, view.getBigUint64(linkedit.at + 24, true) - BigInt(bytes), true);
  view.setBigUint64(linkedit.at + 32, BigInt(end - start), true);
  view.setBigUint64(linkedit.at + 40, BigInt(start), true);
  view.setBigUint64(linkedit.at + 48, BigInt(end - start), true);
  const commandBytes = view.getUint32(20, true);
  view.setUint32(16, view.getUint32(16, true) - 1, true);
  view.setUint32(20, commandBytes - added.bytes, true);

  const left = new Uint8Array(end);
  left.set(file.subarray(0, added.at));
  // Between the commands and the first section is room, of which the added command took some.
  left.set(file.subarray(added.at + added.bytes, 32 + commandBytes), added.at);
  left.set(file.subarray(32 + commandBytes, start), 32 + commandBytes);
  left.set(file.subarray(moved, end + bytes), start);
  return left;
}

const SEGMENT = 0x19;
const SYMTAB = 0x2;
const SIGNATURE = 0x1d;
const LINKEDIT = "__LINKEDIT".padEnd(16, "\0");

/** By the kind of a command: where in it is a place in the file. */
const PLACES: Readonly<Record<number, readonly number[]>> = {
  [SYMTAB]: [8, 16],
  0xb: [32, 40, 48, 56, 64, 72], // dynamic symbols
  0x22: [8, 16, 24, 32, 40], // what is bound when it is loaded
  0x80000022: [8, 16, 24, 32, 40],
  [SIGNATURE]: [8],
  0x26: [8], // starts of functions
  0x29: [8], // data in code
  0x80000033: [8], // exports
  0x80000034: [8], // fixups
};

interface Command {
  readonly kind: number;
  readonly at: number;
  readonly bytes: number;
}

function commandsOf(file: Bytes): readonly Command[] {
  const view = viewOf(file);
  const commands: Command[] = [];
  for (let at = 32; commands.length < view.getUint32(16, true);) {
    const bytes = view.getUint32(at + 4, true);
    commands.push({ kind: view.getUint32(at, true), at, bytes });
    at += bytes;
  }
  return commands;
}

function viewOf(file: Bytes): DataView {
  return new DataView(file.buffer, file.byteOffset, file.byteLength);
}

function textAt(file: Bytes, at: number, length: number): string {
  return String.fromCharCode(...file.subarray(at, at + length));
}

function lastIndexOf(file: Bytes, text: string): number {
  for (let at = file.length - text.length; at >= 0; at--) {
    if (file[at] === text.charCodeAt(0) && textAt(file, at, text.length) === text) return at;
  }
  return -1;
}

function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(`Taking the program out: ${otherwise}`);
}
