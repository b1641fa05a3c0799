import { type FullSha, parseFullSha } from "../../lib/ids.ts";
import type { PlatformKind } from "../../environments/core/environment/environment.ts";
import type { EnvironmentLimits } from "../../environments/core/environment/settings.ts";
import { parseTtl, type Ttl } from "../../environments/core/labels/mod.ts";
import { parseSleepHours, type SleepSettings } from "../../environments/core/sleep/mod.ts";
import { parseDuration } from "../../lib/duration.ts";
import { type CostConfig, readCost, readLimits } from "./cost_section.ts";
import type { PresetName } from "./presets.ts";
import { makeHooks } from "./hooks.ts";
import type { Hooks } from "../../environments/core/environment/hooks.ts";
import type { Settings } from "./schema.ts";

/** The configuration in force. Settings without a value are undefined; durations are milliseconds. */
export interface Config {
  readonly preset: PresetName;
  readonly platform: PlatformKind;
  /** `text` is the time-to-live as it was written, `48h`. */
  readonly ttl: { readonly text: string; readonly value: Ttl };
  readonly maxAgeMs: number | undefined;
  readonly autoSync: Settings["auto_sync"];
  readonly trustedBots: readonly string[];
  readonly retries: number;
  readonly requiredCommit: FullSha | undefined;
  readonly build: BuildConfig;
  readonly environment: EnvironmentConfig;
  readonly ecs: EcsConfig;
  readonly docker: DockerConfig;
  /** Undefined if the cost of environments is not shown. */
  readonly cost: CostConfig | undefined;
  /** Undefined if there may be any number of environments. */
  readonly limits: EnvironmentLimits | undefined;
  readonly comment: Settings["comment"];
  /** `environment`: a pattern with `{pr}`. */
  readonly deployments: Settings["deployments"];
  readonly status: Settings["status"];
  readonly aws: AwsConfig;
}

/** The build of images. `context` is a path from the working folder, `file` one from the context. */
export interface BuildConfig {
  /** The repository without a tag; {@link imageRepository} has the default if it is undefined. */
  readonly image: string | undefined;
  /** A pattern with `{pr}` and `{sha}`. */
  readonly tag: string;
  readonly context: string;
  readonly file: string;
  readonly target: string | undefined;
  /** Undefined: the engine's own platform on Docker, the task definition's architecture on ECS. */
  readonly platform: string | undefined;
  readonly args: Readonly<Record<string, string>>;
  readonly cacheFrom: readonly string[];
  readonly cacheTo: readonly string[];
  /** Patterns of the files that go into the image; undefined if every push is built. */
  readonly paths: readonly string[] | undefined;
  readonly timeoutMs: number;
  readonly push: Settings["build"]["push"];
}

/** The settings of every environment, on every platform. */
export interface EnvironmentConfig {
  /** The template of the address that stays from commit to commit, with `{pr}` and `{repo}`. */
  readonly url: string | undefined;
  readonly port: number;
  readonly health: HealthConfig;
  /** Undefined if no command is configured. */
  readonly hooks: Hooks | undefined;
  /** A login that is shown to people, `name/password`. */
  readonly login: string | undefined;
  /** Variables of the application; values may contain the placeholder `{secret}`. */
  readonly variables: Readonly<Record<string, string>>;
  readonly flags: { readonly prefix: string; readonly on: string; readonly off: string };
  readonly sizes: Readonly<Record<string, SizeConfig>>;
  /** How long before its end an environment is warned of; undefined for no warning. */
  readonly warnMs: number | undefined;
  /** The moment that the time-to-live counts from. */
  readonly ttlFrom: Settings["environment"]["ttl_from"];
  /** When the cleanup puts environments to sleep; undefined for never. */
  readonly sleep: SleepSettings | undefined;
}

/** The health check of an environment. */
export interface HealthConfig {
  readonly path: string;
  readonly fallback: string | undefined;
  readonly timeoutMs: number;
  readonly intervalMs: number;
  /** The health check that runs inside the container: on ECS, and on Docker for a router. */
  readonly command: string | undefined;
}

/** The size of an environment. `cpu`: 1024 are one CPU. `memory`: MiB. */
export interface SizeConfig {
  readonly cpu: number;
  readonly memory: number;
}

/** The settings of the platform ECS. */
export interface EcsConfig {
  readonly cluster: string | undefined;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  /** The path of a template file from the working folder; undefined for the built-in template. */
  readonly taskDefinition: string | undefined;
  readonly container: string | undefined;
  readonly logGroup: string | undefined;
  readonly executionRole: string | undefined;
  readonly taskRole: string | undefined;
  readonly assignPublicIp: boolean;
  /** The shared load balancer; undefined for none. */
  readonly loadBalancer: LoadBalancerConfig | undefined;
}

/** The shared load balancer that gives pull requests an address that stays. */
export interface LoadBalancerConfig {
  /** The ARN of the listener whose rules lead to environments. */
  readonly listener: string;
  readonly certificateCheck: boolean;
}

/** The settings of the platform Docker. */
export interface DockerConfig {
  readonly network: string;
  /** An IP address, with `:port` if the port is fixed. */
  readonly publish: string;
  /** The host that people open; undefined for the address of `publish`. */
  readonly host: string | undefined;
  /** The router that leads the address of a pull request to its container. */
  readonly router: "traefik" | undefined;
  readonly traefik: {
    readonly entrypoint: string | undefined;
    readonly certresolver: string | undefined;
    readonly network: string | undefined;
  };
  /** Whether a pushed image is also loaded into the local engine (`DOCKER_LOAD=true`). */
  readonly load: boolean;
}

/** The settings of AWS, which only variables have. */
export interface AwsConfig {
  /** Undefined if neither a variable nor the profile names one. */
  readonly region: string | undefined;
  /** If the region is undefined: why the profile does not name it, as the end of a sentence. */
  readonly regionMissing?: string | undefined;
}

/** The settings that variables have and the file has not. */
export interface VariableSettings {
  readonly aws: AwsConfig;
  readonly load: boolean;
}

/** Makes the configuration from settings that fit the schema. Throws RangeError if a duration does not. */
export function makeConfig(settings: Settings, { aws, load }: VariableSettings): Config {
  const { build, environment: { health, ...environment }, ecs, docker } = settings;
  return {
    preset: settings.preset,
    platform: settings.platform,
    ttl: { text: settings.ttl, value: known(parseTtl(settings.ttl), settings.ttl) },
    maxAgeMs: settings.max_age === null ? undefined : durationMs(settings.max_age),
    autoSync: settings.auto_sync,
    trustedBots: settings.trusted_bots,
    retries: settings.retries,
    requiredCommit: settings.required_commit === null ? undefined : parseFullSha(settings.required_commit),
    build: {
      image: build.image ?? undefined,
      tag: build.tag,
      context: build.context,
      file: build.file,
      target: build.target ?? undefined,
      platform: build.platform ?? undefined,
      args: onlyText(build.args),
      cacheFrom: build.cache_from,
      cacheTo: build.cache_to,
      paths: build.paths ?? undefined,
      timeoutMs: durationMs(build.timeout),
      push: build.push,
    },
    environment: {
      url: environment.url ?? undefined,
      port: environment.port,
      health: {
        path: health.path,
        fallback: health.fallback ?? undefined,
        timeoutMs: durationMs(health.timeout),
        intervalMs: durationMs(health.interval),
        command: health.command ?? undefined,
      },
      hooks: makeHooks(environment.hooks, durationMs(environment.hooks.timeout)),
      login: environment.login ?? undefined,
      variables: onlyText(environment.variables),
      flags: environment.flags,
      sizes: environment.sizes,
      warnMs: environment.warn === null ? undefined : durationMs(environment.warn),
      ttlFrom: environment.ttl_from,
      sleep: sleepSettings(environment.sleep),
    },
    ecs: {
      cluster: ecs.cluster ?? undefined,
      subnets: ecs.subnets,
      securityGroups: ecs.security_groups,
      taskDefinition: ecs.task_definition ?? undefined,
      container: ecs.container ?? undefined,
      logGroup: ecs.log_group ?? undefined,
      executionRole: ecs.execution_role ?? undefined,
      taskRole: ecs.task_role ?? undefined,
      assignPublicIp: ecs.assign_public_ip,
      loadBalancer: loadBalancer(ecs.load_balancer),
    },
    docker: {
      network: docker.network,
      publish: docker.publish,
      host: docker.host ?? undefined,
      router: docker.router ?? undefined,
      traefik: {
        entrypoint: docker.traefik.entrypoint ?? undefined,
        certresolver: docker.traefik.certresolver ?? undefined,
        network: docker.traefik.network ?? undefined,
      },
      load,
    },
    comment: settings.comment,
    deployments: settings.deployments,
    cost: readCost(settings.cost),
    limits: readLimits(settings.limits),
    status: settings.status,
    aws,
  };
}

function loadBalancer(
  { listener, certificate_check }: Settings["ecs"]["load_balancer"],
): LoadBalancerConfig | undefined {
  return listener === null ? undefined : { listener, certificateCheck: certificate_check };
}

function sleepSettings({ after, at }: Settings["environment"]["sleep"]): SleepSettings | undefined {
  if (after === null && at === null) return undefined;
  return {
    afterMs: after === null ? undefined : durationMs(after),
    hours: at === null ? undefined : known(parseSleepHours(at), at),
  };
}

function durationMs(text: string): number {
  return known(parseDuration(text), text);
}

function known<T>(value: T | undefined, text: string): T {
  if (value === undefined) throw new RangeError(`Reading a duration: "${text}" is not one`);
  return value;
}

function onlyText(entries: Readonly<Record<string, string | null>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(entries).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}
