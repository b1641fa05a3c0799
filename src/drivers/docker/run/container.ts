import type { DockerCli } from "../docker_cli.ts";
import { AppError } from "../../../lib/errors.ts";
import { lastWords } from "../errors.ts";

/** The used part of the engine's description of a container. */
export interface Container {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The engine's own time of creation, in milliseconds since 1970; undefined if the engine gives none. */
  readonly createdAt: number | undefined;
  /** `NAME=value` lines. */
  readonly env: readonly string[];
  readonly state: ContainerState;
  /** Published TCP ports: the container's port, and the address and port of the engine's machine that lead to it. */
  readonly ports: readonly { readonly inside: number; readonly outside: number; readonly host: string }[];
  /** The engine's ports that the container asks for by number, running or not. */
  readonly fixedPorts: readonly number[];
}

/** The state of a container: it runs, or how it ended. */
export interface ContainerState {
  /** `created`, `running`, `restarting`, `exited`, `dead`, … */
  readonly status: string;
  readonly exitCode: number;
  readonly oomKilled: boolean;
  /** True if it has ended at least once, even if the engine started it again. */
  readonly everEnded: boolean;
  /** When it was last started and when it last ended, in milliseconds since 1970; undefined for never. */
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
  /** How often the engine started it again by itself. */
  readonly restarts: number;
  /** Result of the image's own health check; undefined if it has no such check. */
  readonly ownHealth: string | undefined;
}

// Only selected fields: a whole description can reach 50 KB if a health check prints much.
const FORMAT = `{"id":{{json .ID}},"name":{{json .Name}},"image":{{json .Config.Image}},` +
  `"created":{{json .Created}},` +
  `"labels":{{json .Config.Labels}},"env":{{json .Config.Env}},"status":{{json .State.Status}},` +
  `"exit":{{json .State.ExitCode}},"oom":{{json .State.OOMKilled}},"started":{{json .State.StartedAt}},"finished":{{json .State.FinishedAt}},` +
  `"restarts":{{json .RestartCount}},"ports":{{json .NetworkSettings.Ports}},` +
  `"fixed":{{json .HostConfig.PortBindings}},` +
  `"health":{{if .State.Health}}{{json .State.Health.Status}}{{else}}null{{end}}}`;
const BATCH = 100;
const GONE = /no such (container|object)/i;

/** Returns the ids of all containers, running or not, whose name `wanted` accepts. */
export async function findContainers(
  docker: DockerCli,
  wanted: (name: string) => boolean,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const result = await docker.must(
    ["ps", "--all", "--no-trunc", "--filter", "name=^/?pr-[1-9]", "--format", "{{.ID}} {{.Names}}"],
    { action: "Listing containers" },
    signal,
  );
  const rows = result.stdout.split("\n").map((row) => row.trim().split(" "));
  // A linked container has further names, which contain a slash.
  return rows.flatMap(([id, names]) => (names ?? "").split(",").some(wanted) && id ? [id] : []);
}

/** Describes containers by id or name, 100 a call; containers that no longer exist are left out. */
export async function inspectContainers(
  docker: DockerCli,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly Container[]> {
  const found: Container[] = [];
  for (let at = 0; at < ids.length; at += BATCH) {
    const action = "Describing containers";
    const args = ["container", "inspect", "--format", FORMAT, ...ids.slice(at, at + BATCH)];
    const result = await docker.run(args, { action }, signal);
    const complaints = result.stderr.split("\n").filter((line) => line.trim() !== "" && !GONE.test(line));
    if (result.code !== 0 && complaints.length > 0) {
      throw new AppError("engine_failed", `${action}: ${lastWords(result.stderr)}`);
    }
    for (const line of result.stdout.split("\n")) if (line.startsWith("{")) found.push(parseContainer(line));
  }
  return found;
}

/** Parses one line of a description. A missing field reads as empty. */
export function parseContainer(line: string): Container {
  const raw: unknown = JSON.parse(line);
  const field = (key: string): unknown => isRecord(raw) ? raw[key] : undefined;
  const labels = field("labels");
  const env = field("env");
  const ports = field("ports");
  const fixed = field("fixed");
  return {
    id: text(field("id")),
    name: text(field("name")).replace(/^\//, ""),
    image: text(field("image")),
    labels: isRecord(labels) ? Object.fromEntries(Object.entries(labels).map(([k, v]) => [k, text(v)])) : {},
    createdAt: readTime(text(field("created"))),
    env: Array.isArray(env) ? env.map(text) : [],
    state: {
      status: text(field("status")),
      exitCode: Number(field("exit") ?? 0),
      oomKilled: field("oom") === true,
      everEnded: !text(field("finished")).startsWith("0001-") || Number(field("restarts") ?? 0) > 0,
      startedAt: readTime(text(field("started"))),
      finishedAt: readTime(text(field("finished"))),
      restarts: Number(field("restarts") ?? 0),
      ownHealth: field("health") ? text(field("health")) : undefined,
    },
    ports: isRecord(ports) ? Object.entries(ports).flatMap(parsePort) : [],
    fixedPorts: isRecord(fixed) ? Object.entries(fixed).flatMap(parsePort).map(({ outside }) => outside) : [],
  };
}

function parsePort([inside, bindings]: [string, unknown]): Container["ports"] {
  const match = /^(\d+)\/tcp$/.exec(inside);
  if (match === null || !Array.isArray(bindings)) return [];
  return bindings.filter(isRecord).map((binding) => ({
    inside: Number(match[1]),
    outside: Number(binding["HostPort"]),
    host: text(binding["HostIp"]),
  })).filter((port) => port.outside > 0);
}

/** Parses the engine's time. The year 1 means that it is not known. */
function readTime(written: string): number | undefined {
  const at = Date.parse(written);
  return at > 0 ? at : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
