/**
 * A Docker engine behind the runs of a scenario: the real driver and the real builder, of which every command that changes
 * something passes the border. The engine is this machine's own and shared: each world has a pull request of its own number.
 */

import type { Hooks } from "../../../src/environments/core/environment/hooks.ts";
import type { PrNumber } from "../../../src/lib/ids.ts";
import { makeDockerPlatform, makeImages } from "../../../src/drivers/docker/mod.ts";
import { makeHealthProbe } from "../../../src/drivers/health/mod.ts";
import { makeShell } from "../../../src/drivers/shell/mod.ts";
import type { Shell } from "../../../src/ports/shell.ts";
import { runDocker, tryDocker } from "./images.ts";
import { type Backdrop, type Gate, GONE } from "../schedule/mod.ts";

const WRITES = new Set([
  "build",
  "tag",
  "create",
  "exec",
  "start",
  "run",
  "rename",
  "rm",
  "image rm",
  "stop",
  "kill",
]);
/** What a container takes to come up, of this machine's time, between two looks at it. */
const BREATH_MS = 25;

/** What there is of a pull request's on the engine. */
export interface DockerInventory {
  readonly containers: readonly string[];
  readonly images: readonly string[];
  /** Images of ours without a tag. */
  readonly untagged: readonly string[];
}

/** An engine behind a scenario. */
export interface DockerBackdrop extends Backdrop {
  inventory(): Promise<DockerInventory>;
}

/** Makes one. Images are built from `context`, and tagged in `repository`. */
export function makeDockerBackdrop(
  options: {
    readonly pr: PrNumber;
    readonly context: string;
    readonly repository: string;
    readonly hooks?: Hooks | undefined;
  },
): DockerBackdrop {
  const { pr, context, repository, hooks } = options;
  const written: string[] = [];
  let secrets = 0;
  const inventory = async (): Promise<DockerInventory> => ({
    containers: await lines("ps", "--all", "--filter", `name=^/?pr-${pr}-`, "--format", "{{.Names}}"),
    images: await lines("images", "--format", "{{.Repository}}:{{.Tag}}", `${repository}:pr-${pr}-*`),
    untagged: await lines("images", "--quiet", "--filter", "dangling=true", "--filter", `label=pr=${pr}`),
  });
  return {
    platform: (gate) =>
      makeDockerPlatform({
        shell: gatedShell(gate, written),
        clock: gate.clock,
        probe: makeHealthProbe(),
        newSecret: () => `secret-${gate.run}-${++secrets}`,
        keepSecret: () => {},
        config: {
          network: "bridge",
          publish: "127.0.0.1",
          port: 8080,
          health: { path: "/health", fallback: "/", timeoutMs: 120_000, intervalMs: 200 },
          sizes: { standard: { cpu: 256, memory: 32 } },
          variables: { APP_SECRET: "{secret}" },
          flags: { prefix: "FEATURE_", on: "on", off: "off" },
          hooks,
        },
      }),
    images: (gate) =>
      makeImages({
        shell: gatedShell(gate, written),
        config: {
          image: repository,
          tag: "pr-{pr}-{sha}-ci",
          context,
          file: "Dockerfile",
          args: {},
          cacheFrom: [],
          cacheTo: [],
          timeoutMs: 120_000,
          push: "auto",
        },
        platformIsLocal: true,
        ci: false,
        dockerLoad: false,
      }),
    rest: () => Promise.resolve(),
    breathe: () => new Promise((resolve) => setTimeout(resolve, BREATH_MS)),
    written: () => [...written],
    inventory,
    async describe() {
      const { containers, images, untagged } = await inventory();
      return `on Docker: containers ${containers.join(", ") || "none"}; images ${
        [...images, ...untagged].join(", ") || "none"
      }`;
    },
    async dispose() {
      for (const id of (await inventory()).containers) await tryDocker(["rm", "--force", "--volumes", id]);
      const { images, untagged } = await inventory();
      for (const image of [...images, ...untagged]) await tryDocker(["image", "rm", "--force", image]);
    },
  };
}

/** A shell of which every command that changes something passes the border; whoever is gone runs no other either. */
function gatedShell(gate: Gate, written: string[]): Shell {
  const shell = makeShell();
  return {
    run: async (command, signal) => {
      const [verb = "", noun = ""] = command.args;
      const name = verb === "image" ? `${verb} ${noun}` : verb;
      if (command.program !== "docker" || !WRITES.has(name)) return await shell.run(command, signal);
      return await gate.pass({ name: `docker ${name}`, writes: true }, {
        signal,
        act: async (fate, effect) => {
          if (fate === "kill") {
            gate.kill();
            throw new Error(GONE);
          }
          effect();
          written.push(name);
          const result = await shell.run(command, signal);
          if (fate !== "killed") return result;
          gate.kill();
          throw new Error(GONE);
        },
      });
    },
  };
}

async function lines(...args: readonly string[]): Promise<readonly string[]> {
  return (await runDocker(args)).split("\n").filter((line) => line !== "").sort();
}
