import { isAbsolute, relative, resolve } from "node:path";
import type { EnvironmentPorts, WiringRequest } from "../../cli/wiring_types.ts";
import type { Config, LoadedConfig } from "../../config/mod.ts";
import type { RunValues } from "../../environments/app/run.ts";
import type { Parts } from "../parts.ts";
import type { PlatformRequest } from "../platforms.ts";

/** Everything that is made for one request, each thing once. */
export class RequestScope {
  readonly #parts: Parts;
  readonly #request: WiringRequest;
  readonly #made = new Map<string, Promise<unknown>>();

  /** Makes nothing yet. */
  constructor(parts: Parts, request: WiringRequest) {
    this.#parts = parts;
    this.#request = request;
  }

  /** Makes a thing once. A failure is kept too, so that each who asks is given the same. */
  #once<Thing>(name: string, make: () => Promise<Thing>): Promise<Thing> {
    const made = this.#made.get(name) as Promise<Thing> | undefined ?? make();
    this.#made.set(name, made);
    return made;
  }

  /** GitHub, whatever is to be written there. */
  readingForge(): Promise<EnvironmentPorts["forge"]> {
    const { flags, terminal } = this.#request;
    return this.#once("reading forge", () => this.#parts.forge(flags, terminal));
  }

  /** GitHub; under a dry run of it nothing is written there. */
  forge(): Promise<EnvironmentPorts["forge"]> {
    const { flags, terminal } = this.#request;
    return this.#once("forge", async () => {
      const forge = await this.readingForge();
      if (!flags.dryRunGithub) return forge;
      return (await import("../../drivers/dry_run/mod.ts")).dryForge(forge, (text) => terminal.say(text));
    });
  }

  /** The configuration in force. */
  config(): Promise<LoadedConfig> {
    const { flags, pr } = this.#request;
    return this.#once("config", () => this.#parts.config(flags, { pr, forge: () => this.readingForge() }));
  }

  /** The configuration for commands about assets, which need no repository: without a file they have no instance. */
  assetsConfig(): Promise<LoadedConfig> {
    const { flags, pr } = this.#request;
    const forge = () => this.readingForge();
    return this.#once(
      "assets config",
      () => this.#parts.config(flags, { pr, forge, withoutRepository: true }),
    );
  }

  /** The values of this run. GitHub is made first: without it a run does nothing. */
  run(): Promise<RunValues> {
    const { flags, pr, terminal } = this.#request;
    return this.#once("run", async () => {
      const actions = await this.#parts.actions;
      for (const warning of actions.warnings) terminal.warn(warning);
      await this.readingForge();
      const { config, assets, warnings } = await this.config();
      for (const warning of warnings) terminal.warn(warning);
      const { repo } = await this.#parts.repository(flags);
      this.#parts.host.onPlatform?.(config.platform);
      const { makeRunValues } = await import("./run_values.ts");
      const architecture = async () => {
        if (config.cost === undefined || config.platform === "docker") return undefined;
        const { buildPlatform } = await import("../platforms.ts");
        return await buildPlatform(this.#parts, this.#platformRequest(config));
      };
      return await makeRunValues(config, { repo, actions, flags, pr, assets, architecture });
    });
  }

  /** The platform, or a pretended one under a dry run of it. */
  platform(): Promise<EnvironmentPorts["platform"]> {
    const { flags, terminal } = this.#request;
    return this.#once("platform", async () => {
      const { config } = await this.config();
      const { isPlatformDry } = await import("./run_values.ts");
      if (!isPlatformDry(config, flags)) {
        const { makePlatform } = await import("../platforms.ts");
        return await makePlatform(this.#parts, this.#platformRequest(config));
      }
      return (await import("../../drivers/dry_run/mod.ts")).dryPlatform(config.platform, {
        clock: await this.#parts.clock,
        sleepMs: (flags.awsSleepSeconds ?? 0) * 1000,
        tell: (text) => terminal.say(text),
      });
    });
  }

  /** The builder of images; with a folder, a build there, which its context does not leave. */
  images(folder?: string): Promise<EnvironmentPorts["images"]> {
    const { flags, terminal } = this.#request;
    return this.#once(`images ${folder ?? ""}`, async () => {
      const { config } = await this.config();
      const { repo } = await this.#parts.repository(flags);
      const { imageRepository } = await import("../../config/mod.ts");
      const { isPlatformDry } = await import("./run_values.ts");
      const { makeImages } = await import("../images.ts");
      return await makeImages(this.#parts, {
        config: folder === undefined ? config : await contextIn(config, folder),
        repository: imageRepository(config, repo),
        flags,
        dryPlatform: isPlatformDry(config, flags),
        tell: (text) => terminal.say(text),
        buildPlatform: async () => {
          const { buildPlatform } = await import("../platforms.ts");
          return await buildPlatform(this.#parts, this.#platformRequest(config));
        },
      });
    });
  }

  /** The content of commits; undefined unless it is configured and there are real environments for it. */
  content(): Promise<EnvironmentPorts["content"]> {
    const { terminal } = this.#request;
    return this.#once("content", async () => {
      const { settings } = await this.run();
      const { assets } = await this.config();
      if (settings.content === undefined || assets.environment === undefined) return undefined;
      const own = assets.environment;
      return async () => {
        const { makeEnvironmentContent } = await import("../environment_content.ts");
        return makeEnvironmentContent({
          assets,
          settings: own,
          forge: await this.readingForge(),
          shell: await this.#parts.shell,
          clock: await this.#parts.clock,
          terminal,
          prefix: (await this.#parts.place())?.prefix ?? "",
        });
      };
    });
  }

  /**
   * Events about environments; undefined unless they are configured and there are real environments to tell about. Throws
   * AppError `store_not_shared` (exit code 2) in Actions.
   */
  events(): Promise<EnvironmentPorts["events"]> {
    const { flags } = this.#request;
    return this.#once("events", async () => {
      const loaded = await this.config();
      if (loaded.context.environments === undefined) return undefined;
      const { assertSharedStore } = await import("../contexts/shared_store.ts");
      const actions = await this.#parts.actions;
      // A server keeps its files.
      if (actions.servesHook !== true) assertSharedStore(loaded.context, actions);
      const { isPlatformDry } = await import("./run_values.ts");
      if (flags.dryRunGithub || isPlatformDry(loaded.config, flags)) return undefined;
      return () =>
        this.#once("loaded events", async () => {
          const { loadEnvironmentEvents } = await import("../contexts/environment_events.ts");
          return await loadEnvironmentEvents(this.#parts, {
            ...this.#request,
            loaded,
            forge: () => this.readingForge(),
          });
        });
    });
  }

  /** The request for a platform. The template of task definitions is read once, since it may cost a request. */
  #platformRequest(config: Config): PlatformRequest {
    const { flags, pr } = this.#request;
    const request = { config, flags, pr, forge: () => this.readingForge() };
    const template = () =>
      this.#once("template", async () => {
        const { readTaskDefinition } = await import("../platforms.ts");
        return await readTaskDefinition(this.#parts, request);
      });
    return { ...request, template };
  }

  /** The ports of a run that is played, of which there are no events. */
  async ports(): Promise<EnvironmentPorts> {
    return {
      forge: await this.forge(),
      platform: await this.platform(),
      images: await this.images(),
      content: await this.content(),
      // What is played is no news.
      events: undefined,
      clock: await this.#parts.clock,
    };
  }
}

/** Makes the build context of a configuration count from a checkout, which it must be in. Throws AppError (exit code 2). */
async function contextIn(config: Config, folder: string): Promise<Config> {
  const { resolveFromFile } = await import("../../config/mod.ts");
  const { usageError } = await import("../../lib/errors.ts");
  const context = resolveFromFile(config.build.context, folder);
  const way = relative(folder, resolve(context));
  if (way === ".." || way.startsWith("../../") || isAbsolute(way) || /^[a-z+]+:\/\//i.test(context)) {
    throw usageError(
      "context_outside",
      `Building an image: the build context "${config.build.context}" is outside of the checkout`,
      "Make build.context a folder of the repository",
    );
  }
  return { ...config, build: { ...config.build, context } };
}
