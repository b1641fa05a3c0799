/** Which room a file belongs to, and what a file of that room may import. Data and pure functions, no rule. */

/** The repository's folder, with a slash at the end. */
export const ROOT = decodeURIComponent(new URL("../../", import.meta.url).pathname);

/** A room: `core`, `app`, `drivers/docker`, `tests`, … */
export type Room = string;

interface Allowance {
  /** Rooms whose files may be imported; `types:` before a room allows `import type` only. */
  readonly rooms: readonly string[];
  /** Packages, by name; a name that ends in a slash allows the whole scope. */
  readonly packages: readonly string[];
  /** Modules of Node, without `node:`; `*` allows all. */
  readonly node: readonly string[];
}

const ANYTHING: Allowance = { rooms: ["*"], packages: ["*"], node: ["*"] };

const ALLOWED: Readonly<Record<string, Allowance>> = {
  core: { rooms: [], packages: [], node: [] },
  ports: { rooms: ["types:core"], packages: [], node: [] },
  app: { rooms: ["core", "ports"], packages: ["p-retry", "p-limit"], node: [] },
  // The YAML package reads the process's variables while it parses: one file keeps them from it.
  config: { rooms: ["core"], packages: ["zod", "yaml"], node: ["path", "process"] },
  cli: {
    rooms: ["app", "config", "core", "types:ports", "version"],
    packages: ["commander", "@bomb.sh/tab", "@clack/prompts", "get-east-asian-width"],
    node: ["path", "util"],
  },
  // The program's own version, out of deno.json.
  version: { rooms: ["deno.json"], packages: [], node: [] },
  wiring: ANYTHING,
  main: { rooms: ["cli", "wiring", "version"], packages: [], node: [] },
};

/** What each driver's vendor publishes. A driver that is not named here imports no package. */
const VENDORS: Readonly<Record<string, readonly string[]>> = {
  ecs: ["@aws-sdk/", "@smithy/", "p-retry"],
  github: ["@octokit/", "octokit", "bottleneck"],
  simulator: ["graphql", "@octokit/graphql-schema"],
  terminal: ["@clack/prompts"],
};

/** The path of a file from the repository's folder, or undefined for a file outside of it. */
export function pathInRepository(filename: string): string | undefined {
  const path = filename.startsWith("file:") ? decodeURIComponent(new URL(filename).pathname) : filename;
  return path.startsWith(ROOT) ? path.slice(ROOT.length) : undefined;
}

/** The room of a file, by its path from the repository's folder. */
export function roomOf(path: string): Room {
  const [first = "", second = "", third = ""] = path.split("/");
  if (first !== "src") return path === "main.ts" ? "main" : first;
  if (second === "drivers") return `drivers/${third}`;
  return second.replace(/\.ts$/, "");
}

/** The path from the repository's folder that a relative import leads to. */
export function resolveImport(path: string, specifier: string): string {
  return decodeURIComponent(new URL(specifier, `file:///${path}`).pathname).slice(1);
}

/** An import as the rule sees it. */
export interface ImportOf {
  /** The importing file's path from the repository's folder. */
  readonly path: string;
  readonly specifier: string;
  /** Nothing of it is left at run time. */
  readonly typeOnly: boolean;
}

/** Says why an import is not allowed, or undefined where it is. */
export function objectionTo({ path, specifier, typeOnly }: ImportOf): string | undefined {
  const from = roomOf(path);
  if (specifier.startsWith("node:")) return objectionToNode(from, specifier.slice("node:".length));
  if (/^[a-z]+:/.test(specifier)) return `\`${specifier}\` is not pinned: name the package in deno.json`;
  if (!specifier.startsWith(".")) return objectionToPackage(from, specifier);
  return objectionToRoom({ from, target: resolveImport(path, specifier), typeOnly });
}

function objectionToNode(from: Room, module: string): string | undefined {
  const { node } = allowanceOf(from);
  if (node.includes("*") || node.includes(module)) return undefined;
  return `${from} may not import node:${module}`;
}

function objectionToPackage(from: Room, specifier: string): string | undefined {
  const { packages } = allowanceOf(from);
  const fits = packages.some((name) =>
    name === "*" || specifier === name || specifier.startsWith(name.endsWith("/") ? name : `${name}/`)
  );
  return fits ? undefined : `${from} may not import the package \`${specifier}\``;
}

interface Step {
  readonly from: Room;
  /** The imported file's path from the repository's folder. */
  readonly target: string;
  readonly typeOnly: boolean;
}

function objectionToRoom({ from, target, typeOnly }: Step): string | undefined {
  const to = roomOf(target);
  if (to === from) return undefined;
  if (!isTestRoom(from) && isTestRoom(to)) return `${from} may not import tests`;
  const { rooms } = allowanceOf(from);
  const whole = rooms.includes("*") || rooms.includes(to);
  if (!whole && !(typeOnly && rooms.includes(`types:${to}`))) {
    return rooms.includes(`types:${to}`)
      ? `${from} may import only types from ${to}: write \`import type\``
      : `${from} may not import ${to}`;
  }
  if (from === "main" && to === "cli" && target !== "src/cli/run.ts") {
    return "main may import only src/cli/run.ts from cli";
  }
  if (to.startsWith("drivers/") && !isTestRoom(from) && !target.endsWith("/mod.ts")) {
    return `${to} is entered through its mod.ts`;
  }
  return undefined;
}

function isTestRoom(room: Room): boolean {
  return room === "tests" || room === "bench" || room === ".ci" || room === ".github";
}

function allowanceOf(room: Room): Allowance {
  const driver = /^drivers\/(.+)$/.exec(room)?.[1];
  if (driver !== undefined) {
    return { rooms: ["core", "ports"], packages: VENDORS[driver] ?? [], node: ["*"] };
  }
  return ALLOWED[room] ?? (isTestRoom(room) ? ANYTHING : { rooms: [], packages: [], node: [] });
}
