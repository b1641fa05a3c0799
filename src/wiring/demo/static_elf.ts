/**
 * The program header type of the dynamic linker's path. An executable that has such a header is not static.
 */
const PT_INTERP = 3;

/** Whether bytes are a 64-bit little-endian ELF executable that needs no dynamic linker. */
export function isStaticElf(bytes: Uint8Array): boolean {
  if (bytes.length < 64) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, false) !== 0x7f454c46 || bytes[4] !== 2 || bytes[5] !== 1) return false;
  const table = Number(view.getBigUint64(0x20, true));
  const size = view.getUint16(0x36, true);
  const count = view.getUint16(0x38, true);
  for (let index = 0; index < count; index++) {
    const at = table + index * size;
    if (at + 4 > bytes.length) return false;
    if (view.getUint32(at, true) === PT_INTERP) return false;
  }
  return true;
}
