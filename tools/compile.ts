/**
 * Compiles the program into one executable: `deno task compile` for this machine, `deno task compile:all` for every
 * system that is released. The sources are bundled into chunks first, so that what a command does not need is not
 * even read, and made small; packages that lie around in a `node_modules` folder never get in.
 *
 *     deno task compile --output dist/showtime --target aarch64-apple-darwin
 *     deno task compile:all --npm          # runtimes from npm, where Deno's download site is out of reach
 */

import { transform } from "esbuild";
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { permissionFlags } from "../src/wiring/permissions.ts";
import { DENORT_VERSION, findRuntime } from "./offline/denort.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** What is released, as Deno names it. */
export const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
] as const;

async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      all: { type: "boolean" },
      npm: { type: "boolean" },
      target: { type: "string" },
      output: { type: "string" },
    },
  });
  const runtimeOf = values.npm === true ? runtimeFromNpm : givenRuntime;
  const targets = values.all === true ? TARGETS : [values.target ?? Deno.build.target];
  const folder = await Deno.makeTempDir({ prefix: "showtime-compile-" });
  try {
    await bundle(folder);
    await Deno.mkdir(`${ROOT}dist`, { recursive: true });
    for (const target of targets) {
      const output = values.all === true
        ? withSuffix(`${ROOT}dist/showtime-${target}`, target)
        : values.output ?? withSuffix(`${ROOT}dist/showtime`, target);
      await compile(folder, { target, output, runtime: await runtimeOf(target) });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * What the bundler makes `require` with, in the chunk that all others import. Deno loads Node's modules when they are first asked
 * for, and that takes longer than all else that a short command needs.
 */
const REQUIRE =
  /^import \{ createRequire as (\w+) \} from "node:module";\nvar __require = \1\(import\.meta\.url\);\n/m;

/**
 * Megabytes for the young objects of the program, from its start on: its short commands collect hardly any garbage. It is the
 * limit, too: a server that took more under load would never give it back.
 */
const YOUNG_MB = 8;

/** Bundles into chunks, one for each part that is loaded by itself, and takes out of each what no machine needs. */
async function bundle(folder: string): Promise<void> {
  await deno(
    ["bundle", "--quiet", "--frozen", "--platform=deno", "--code-splitting", "--outdir", folder, "main.ts"],
    { cwd: ROOT },
  );
  let requires = 0;
  for await (const { name } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    const text = (await Deno.readTextFile(path)).replace(REQUIRE, () => {
      requires++;
      return "var __require = (name) => process.getBuiltinModule(name);\n";
    });
    const required = [...text.matchAll(/\b__require\("(?!node:)([^"]*)"/g)].map(([, module = ""]) => module);
    if (required.length > 0) {
      throw new Error(`Bundling: ${name} requires more than Node's own modules`);
    }
    // The bundler's own way of doing this takes `require` for a name that can be changed.
    const { code } = await transform(text, {
      loader: "js",
      format: "esm",
      target: "esnext",
      minify: true,
      legalComments: "none",
    });
    await Deno.writeTextFile(path, code);
  }
  if (requires !== 1) {
    throw new Error(`Bundling: \`require\` is made ${requires} times as this script knows it`);
  }
}

async function compile(
  folder: string,
  { target, output, runtime }: {
    readonly target: string;
    readonly output: string;
    readonly runtime: string | undefined;
  },
): Promise<void> {
  const os = target.includes("windows") ? "windows" : target.includes("darwin") ? "darwin" : "linux";
  await deno([
    "compile",
    // Kept by the executable, too: without it Deno remarks on each program that is not installed.
    "--quiet",
    "--no-config",
    "--no-lock",
    "--no-check",
    // The signal of a request aborts only if its sender goes away.
    "--unstable-no-legacy-abort",
    // It would be read from the shared temporary folder, where others could put another one.
    "--no-code-cache",
    `--v8-flags=--min-semi-space-size=${YOUNG_MB},--max-semi-space-size=${YOUNG_MB}`,
    ...permissionFlags(os),
    `--target=${target}`,
    `--output=${output}`,
    "main.js",
  ], { cwd: folder, runtime });
  const { size } = await Deno.stat(output);
  console.log(`${output.replace(ROOT, "")}  ${(size / 1e6).toFixed(1)} MB`);
}

/** The runtime that DENORT_BIN names is one for this machine only; without one, Deno downloads it. */
function givenRuntime(target: string): Promise<string | undefined> {
  return Promise.resolve(target === Deno.build.target ? Deno.env.get("DENORT_BIN") : undefined);
}

async function runtimeFromNpm(target: string): Promise<string | undefined> {
  if (Deno.version.deno !== DENORT_VERSION) {
    const state = `they are of Deno ${DENORT_VERSION}, and this is ${Deno.version.deno}`;
    throw new Error(`Compiling with runtimes from npm: ${state}`);
  }
  return await findRuntime(target);
}

/** Runs the very Deno that runs this. */
async function deno(
  args: readonly string[],
  { cwd, runtime }: { readonly cwd: string; readonly runtime?: string | undefined },
): Promise<void> {
  const { DENORT_BIN: _, ...others } = Deno.env.toObject();
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    env: { ...others, ...(runtime === undefined ? {} : { DENORT_BIN: runtime }) },
    clearEnv: true,
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`Running deno ${args[0]}: it failed, and has said why`);
}

function withSuffix(path: string, target: string): string {
  return target.includes("windows") ? `${path}.exe` : path;
}

if (import.meta.main) {
  try {
    await main(Deno.args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
