/**
 * Compiles the program into one executable: `deno task compile` for this machine, `deno task compile:all` for every
 * system that is released. The sources are bundled into chunks first, so that what a command does not need is not
 * even read, and made small; packages that lie around in a `node_modules` folder never get in.
 *
 *     deno task compile --output dist/showtime --target aarch64-apple-darwin
 *     deno task compile:all --npm          # runtimes from npm, where Deno's download site is out of reach
 */

import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { permissionFlags } from "../src/wiring/permissions.ts";
import { DENORT_VERSION, findRuntime } from "./offline/denort.ts";
import { bundleProgram, RECORDER } from "./start_up/bundle.ts";

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
    await bundleProgram(folder, (words, { cwd = ROOT } = {}) => deno(words, { cwd }));
    await Deno.mkdir(`${ROOT}dist`, { recursive: true });
    for (const target of targets) {
      const output = values.all === true
        ? withSuffix(`${ROOT}dist/showtime-${target}`, target)
        : values.output ?? withSuffix(`${ROOT}dist/showtime`, target);
      const runtime = await runtimeOf(target);
      await record(folder, { target, runtime });
      await compile(folder, { target, output, runtime });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * Megabytes for the young objects of the program, from its start on: its short commands collect hardly any garbage. It is the
 * limit, too: a server that took more under load would never give it back.
 */
const YOUNG_MB = 8;

/**
 * Percent of what lives, by which the old objects may grow until garbage is collected. V8 lets a small heap grow to four
 * times its size: the garbage of 30,000 requests would take 35 MB more, which a server that idles afterwards keeps.
 */
const GROWTH_PERCENT = 100;

const V8_FLAGS = [
  `--min-semi-space-size=${YOUNG_MB}`,
  `--max-semi-space-size=${YOUNG_MB}`,
  `--heap-growing-percent=${GROWTH_PERCENT}`,
];

/** What is compiled, for which machine, and where it goes. */
interface Compilation {
  readonly target: string;
  readonly output: string;
  readonly runtime: string | undefined;
}

/**
 * Puts into the folder what the runtime compiles of the script of the start, so that the executable need not do it again. It
 * can only be done on the machine that the executable is for. Elsewhere the file is empty.
 */
async function record(folder: string, { target, runtime }: Omit<Compilation, "output">): Promise<void> {
  await Deno.writeTextFile(`${folder}/start.bin`, "");
  if (target !== Deno.build.target) return;
  const place = await Deno.makeTempDir({ prefix: "showtime-record-" });
  try {
    const program = withSuffix(`${place}/record`, target);
    for (const words of [["start.bin"], ["start.bin", "check"]]) {
      await deno([...COMPILE, "--allow-all", `--output=${program}`, RECORDER], { cwd: folder, runtime });
      await runProgram(program, words, place);
      if (words.length === 1) await Deno.copyFile(`${place}/start.bin`, `${folder}/start.bin`);
    }
  } finally {
    await Deno.remove(place, { recursive: true });
  }
}

/** How each program is compiled. The runtime takes what another one has compiled only if all of this is the same. */
const COMPILE: readonly string[] = [
  "compile",
  // Kept by the executable, too: without it Deno remarks on each program that is not installed.
  "--quiet",
  "--no-config",
  "--no-lock",
  "--no-check",
  // The signal of a request aborts only if its sender goes away.
  "--unstable-no-legacy-abort",
  // The script of the start is a text, and what was compiled of it are bytes.
  "--unstable-raw-imports",
  // It would be read from the shared temporary folder, where others could put another one.
  "--no-code-cache",
  `--v8-flags=${V8_FLAGS.join(",")}`,
];

async function compile(
  folder: string,
  { target, output, runtime }: Compilation,
): Promise<void> {
  const os = target.includes("windows") ? "windows" : target.includes("darwin") ? "darwin" : "linux";
  await deno([...COMPILE, ...permissionFlags(os), `--target=${target}`, `--output=${output}`, "main.js"], {
    cwd: folder,
    runtime,
  });
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

/** Runs a program in a folder, with nothing of the environment but what it cannot do without. */
async function runProgram(program: string, words: readonly string[], cwd: string): Promise<void> {
  const env = {
    HOME: cwd,
    TMPDIR: cwd,
    PATH: Deno.env.get("PATH") ?? "",
    SYSTEMROOT: Deno.env.get("SYSTEMROOT") ?? "",
  };
  const { success, stderr } = await new Deno.Command(program, { args: [...words], cwd, env, clearEnv: true })
    .output();
  if (!success) throw new Error(`Running ${words.join(" ")}: ${new TextDecoder().decode(stderr)}`);
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
