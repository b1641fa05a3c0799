import { judgeOwner, readRepositoryId } from "../../../environments/core/environment/ownership.ts";
import type { DeploySpec } from "../../../environments/ports/platform.ts";
import { AppError } from "../../../lib/errors.ts";
import { containerLabels } from "../labels.ts";
import type { Engine } from "../engine.ts";
import { type Container, findContainers, inspectContainers } from "../run/container.ts";
import { instanceOf, isManaged } from "../run/instance.ts";
import { type Gate, nextPriority, readRoute, type Route } from "./route.ts";

/** Finds the other routed containers of a pull request, the lowest priority first. */
export async function findRouted(
  engine: Engine,
  { pr, except, ...owner }: Pick<DeploySpec, "pr" | "repo" | "repoId" | "formerRepos"> & {
    readonly except?: string;
  },
  signal: AbortSignal,
): Promise<readonly Container[]> {
  const ids = await findContainers(engine.docker, (name) => instanceOf(name)?.pr === pr, signal);
  const found = ids.length === 0 ? [] : await inspectContainers(engine.docker, ids, signal);
  const priority = (one: Container) => readRoute(one)?.priority ?? 0;
  return found.filter((one) => {
    const { showtime_repo: repo, showtime_repo_id: id } = one.labels;
    return one.id !== except && isManaged(one) && readRoute(one) !== undefined &&
      judgeOwner({ repo, repoId: readRepositoryId(id) }, owner) === "own";
  }).sort((a, b) => priority(a) - priority(b));
}

/**
 * Chooses the route of a container that is about to be created; undefined if no router is configured or the environment
 * has no address that stays. `name` is free: a container that never runs may have it meanwhile.
 */
export async function planRoute(
  engine: Engine,
  { spec, name, hooked }: {
    readonly spec: DeploySpec;
    readonly name: string;
    /** Whether a command runs in the container before people may be sent there. */
    readonly hooked: boolean;
  },
  signal: AbortSignal,
): Promise<Route | undefined> {
  const { config } = engine;
  if (config.router === undefined || spec.settings.url === undefined) return undefined;
  const gate = await chooseGate(engine, { spec, name, hooked }, signal);
  return { gate, priority: nextPriority(await findRouted(engine, spec, signal), gate) };
}

async function chooseGate(
  engine: Engine,
  { spec, name, hooked }: { readonly spec: DeploySpec; readonly name: string; readonly hooked: boolean },
  signal: AbortSignal,
): Promise<Gate> {
  const image = await inspectImage(engine, spec.image, signal);
  const foreign = image.labels.find((label) => label.toLowerCase().startsWith("traefik."));
  if (foreign !== undefined) {
    // Labels of the image become those of the container, where they could take the addresses of others.
    throw new AppError(
      "unhealthy",
      `Routing "${name}": the image has the label "${foreign.slice(0, 100)}", which Traefik would obey`,
      { hint: "Remove the labels that begin with traefik. from the Dockerfile: Showtime writes them" },
    );
  }
  // A check passes before the command has ended, so that only the file keeps people out until then.
  if (hooked && await hasShell(engine, { spec, name }, signal)) return "file";
  if (image.checked) return "image";
  if (engine.config.health.command !== undefined) return "command";
  return !hooked && await hasShell(engine, { spec, name }, signal) ? "file" : "none";
}

async function inspectImage(
  engine: Engine,
  image: string,
  signal: AbortSignal,
): Promise<{ readonly checked: boolean; readonly labels: readonly string[] }> {
  const format = `{"test":{{if .Config.Healthcheck}}{{json .Config.Healthcheck.Test}}{{else}}null{{end}},` +
    `"labels":{{json .Config.Labels}}}`;
  const call = { action: `Describing the image "${image}"` };
  const { stdout } = await engine.docker.must(["image", "inspect", "--format", format, image], call, signal);
  const raw: unknown = JSON.parse(stdout);
  const field = (key: string) => typeof raw === "object" && raw !== null ? Reflect.get(raw, key) : undefined;
  const [test, labels] = [field("test"), field("labels")];
  return {
    checked: Array.isArray(test) && test.length > 0 && test[0] !== "NONE",
    labels: Object.keys(labels ?? {}),
  };
}

/** Whether the image has the shell that a check by the engine runs in. A container that never runs shows it. */
async function hasShell(
  engine: Engine,
  { spec, name }: { readonly spec: DeploySpec; readonly name: string },
  signal: AbortSignal,
): Promise<boolean> {
  const action = `Looking for a shell in the image "${spec.image}"`;
  const labels = Object.entries(containerLabels(spec)).flatMap((
    [key, value],
  ) => ["--label", `${key}=${value}`]);
  // An image without a command needs one to become a container.
  const args = ["create", "--pull", "never", "--name", name, "--network", "none", ...labels, spec.image, "-"];
  const { stdout } = await engine.docker.must(args, { action }, signal);
  const id = stdout.trim();
  try {
    const { code } = await engine.docker.run(["cp", `${id}:/bin/sh`, "-"], { action }, signal);
    return code === 0;
  } finally {
    await engine.docker.run(["rm", "--force", "--volumes", id], { action }, new AbortController().signal);
  }
}
