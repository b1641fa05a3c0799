/** Bundles the program into a script for its start, and chunks, one for each part that is loaded by itself. */

import { transform } from "esbuild";
import { type Chunks, joinChunks, START } from "./join_chunks.ts";

/** Runs Deno in a folder, or in the folder of the sources. */
export type RunDeno = (args: readonly string[], options?: { readonly cwd?: string }) => Promise<void>;

/**
 * What the bundler makes `require` with, in the chunk that all others import. Deno loads Node's modules when they are first asked
 * for, and that takes longer than all else that a short command needs.
 */
const REQUIRE =
  /^import \{ createRequire as (\w+) \} from "node:module";\nvar __require = \1\(import\.meta\.url\);\n/m;

const PARTS = "tools/start_up/parts";
const RECORD = "tools/start_up/record";

/** The program that makes `start.bin`. */
export const RECORDER = "recorder.js";

/** Writes the files into an empty folder: `main.js`, the recorder, and what they import. */
export async function bundleProgram(folder: string, runDeno: RunDeno): Promise<void> {
  const options = [
    "--quiet",
    "--frozen",
    "--platform=deno",
    "--code-splitting",
    "--outdir",
    `${folder}/chunks`,
  ];
  await runDeno(["bundle", ...options, "main.ts", `${PARTS}.ts`, `${RECORD}.ts`]);
  const { script, chunks } = await joinChunks(await readChunks(`${folder}/chunks`), `${PARTS}.js`);
  await Deno.remove(`${folder}/chunks`, { recursive: true });
  await Deno.writeTextFile(`${folder}/start.txt`, script);
  await Deno.writeTextFile(`${folder}/start.bin`, "");
  const recorder =
    `import { script } from "./${START}"; globalThis.startScript = script; await import("./record.js");`;
  await Deno.writeTextFile(`${folder}/${RECORDER}`, recorder);
  for (const [name, text] of chunks) {
    // The bundler's own way of doing this takes `require` for a name that can be changed.
    const { code } = await transform(name === `${RECORD}.js` ? text.replaceAll('"../../', '"./') : text, {
      loader: "js",
      format: "esm",
      target: "esnext",
      minify: true,
      legalComments: "none",
    });
    await Deno.writeTextFile(`${folder}/${name.replace(/^.*\//, "")}`, code);
  }
}

/** Reads what the bundler made, with another `require`. */
async function readChunks(folder: string): Promise<Chunks> {
  const chunks = new Map<string, string>();
  let requires = 0;
  const files = (await Array.fromAsync(Deno.readDir(folder))).filter(({ isFile }) => isFile);
  for (const name of [...files.map((file) => file.name), `${PARTS}.js`, `${RECORD}.js`]) {
    const text = (await Deno.readTextFile(`${folder}/${name}`)).replace(REQUIRE, () => {
      requires++;
      return "var __require = (name) => process.getBuiltinModule(name);\n";
    });
    const required = [...text.matchAll(/\b__require\("(?!node:)([^"]*)"/g)].map(([, module = ""]) => module);
    if (required.length > 0) {
      throw new Error(`Bundling: ${name} requires more than Node's own modules`);
    }
    chunks.set(name, text);
  }
  if (requires !== 1) {
    throw new Error(`Bundling: \`require\` is made ${requires} times as this script knows it`);
  }
  return chunks;
}
