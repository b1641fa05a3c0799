/** Which room a file belongs to, and what a file of that room may import. Data and pure functions, no rule. */

/** The repository's folder, with a slash at the end. */
export const ROOT = decodeURIComponent(new URL("../../", import.meta.url).pathname);

/** A room: `lib`, `environments/core`, `drivers/docker`, `tests`, … */
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

/** The capabilities: each has the folders core, ports and app. */
const CAPABILITIES = ["environments", "contexts", "pipelines", "assets"] as const;

/** Where one capability may call another: the importing app, then the app that it may import. */
const CROSSINGS: readonly (readonly [from: Room, to: Room])[] = [
  // The server of pipelines shows and serves environments.
  ["pipelines/app", "environments/app"],
];

const CORES = CAPABILITIES.map((name) => `${name}/core`);
const APPS = CAPABILITIES.map((name) => `${name}/app`);
const PORTS = ["ports", ...CAPABILITIES.map((name) => `${name}/ports`)];

const ALLOWED: Readonly<Record<string, Allowance>> = {
  // The version of the program stands in deno.json.
  lib: { rooms: ["deno.json"], packages: [], node: [] },
  ports: { rooms: ["types:lib"], packages: [], node: [] },
  ...Object.fromEntries(CAPABILITIES.flatMap((name) => [
    [`${name}/core`, { rooms: ["lib"], packages: [], node: [] }],
    [`${name}/ports`, { rooms: [`types:${name}/core`, "types:lib"], packages: [], node: [] }],
    [`${name}/app`, {
      rooms: [
        `${name}/core`,
        `${name}/ports`,
        "ports",
        "lib",
        ...CROSSINGS.flatMap(([from, to]) => from === `${name}/app` ? [to] : []),
      ],
      packages: [],
      node: [],
    }],
  ])),
  // Assets are YAML as Superset reads it, and their differences are shown line by line.
  "assets/core": { rooms: ["lib"], packages: ["js-yaml", "diff"], node: [] },
  // Contexts are kept and configured as the YAML that PyYAML reads; the package parses, and the meaning is decided here.
  "contexts/core": { rooms: ["lib"], packages: ["js-yaml"], node: [] },
  // Simulators implement no port: they play a vendor's server. Superset's reads files as PyYAML does, with exact numbers:
  // the one reader of that kind stands with the stored form.
  simulators: {
    rooms: ["lib", "assets/core"],
    packages: ["graphql", "zod", "@octokit/graphql-schema", "fflate"],
    node: ["*"],
  },
  // The YAML package reads the process's variables while it parses: one file keeps them from it.
  config: { rooms: [...CORES, "lib"], packages: ["zod", "yaml"], node: ["path", "process"] },
  cli: {
    rooms: [...APPS, ...CORES, ...PORTS.map((each) => `types:${each}`), "config", "lib"],
    packages: ["commander", "@bomb.sh/tab", "@clack/prompts", "get-east-asian-width"],
    node: ["path", "util"],
  },
  // Comments on a simulated pull request are Markdown from people: a package renders it, with HTML off.
  server: {
    rooms: [...APPS, ...CORES, ...PORTS.map((each) => `types:${each}`), "config", "lib"],
    packages: ["hono", "@octokit/webhooks-methods", "micromark", "micromark-extension-gfm-table"],
    node: [],
  },
  wiring: ANYTHING,
  main: { rooms: ["cli", "wiring"], packages: [], node: [] },
};

/** The packages of each driver's vendor. A driver that is not named here imports no package. */
const VENDORS: Readonly<Record<string, readonly string[]>> = {
  // The payloads of GitHub Actions are checked with the schema package.
  actions: ["zod"],
  ecs: ["@aws-sdk/", "@smithy/"],
  github: ["@octokit/", "octokit"],
  otlp: ["@opentelemetry/"],
  postgres: ["postgres"],
  smtp: ["nodemailer"],
  superset: ["fflate", "oauth4webapi", "tough-cookie"],
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
  return second === "drivers" || isCapability(second) ? `${second}/${third}` : second.replace(/\.ts$/, "");
}

function isCapability(name: string): boolean {
  return CAPABILITIES.some((each) => each === name);
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
  return room === "tests" || room === "bench" || room === "tools";
}

function allowanceOf(room: Room): Allowance {
  const driver = /^drivers\/(.+)$/.exec(room)?.[1];
  if (driver !== undefined) {
    return { rooms: [...CORES, ...PORTS, "lib"], packages: VENDORS[driver] ?? [], node: ["*"] };
  }
  return ALLOWED[room] ?? (isTestRoom(room) ? ANYTHING : { rooms: [], packages: [], node: [] });
}
