import type { Settings } from "./schema.ts";

/** The name of a set of defaults. */
export type PresetName = Settings["preset"];

const none: Settings = {
  version: 1,
  preset: "none",
  platform: "ecs",
  ttl: "48h",
  max_age: "14d",
  auto_sync: "trusted",
  trusted_bots: [],
  retries: 1,
  required_commit: null,
  build: {
    image: null,
    tag: "pr-{pr}-{sha}-ci",
    context: ".",
    file: "Dockerfile",
    target: null,
    platform: null,
    args: {},
    cache_from: [],
    cache_to: [],
    paths: null,
    timeout: "60m",
    push: "auto",
  },
  environment: {
    url: null,
    port: 8080,
    health: { path: "/health", fallback: "/", timeout: "15m", interval: "5s", command: null },
    hooks: { after_start: null, before_stop: null, when: "created", timeout: "2m" },
    login: null,
    variables: {},
    flags: { prefix: "FEATURE_", on: "True", off: "False" },
    sizes: { standard: { cpu: 512, memory: 2048 }, large: { cpu: 2048, memory: 8192 } },
    warn: null,
    ttl_from: "created",
    sleep: { after: null, at: null },
  },
  ecs: {
    cluster: null,
    subnets: [],
    security_groups: [],
    task_definition: null,
    container: null,
    log_group: null,
    execution_role: null,
    task_role: null,
    assign_public_ip: true,
    load_balancer: { listener: null, certificate_check: true },
  },
  docker: {
    network: "bridge",
    publish: "127.0.0.1",
    host: null,
    router: null,
    traefik: { entrypoint: null, certresolver: null, network: null },
  },
  cost: {
    enabled: null,
    per_hour: null,
    prices: { vcpu: null, gb: null, address: null, load_balancer: null },
    budget: null,
  },
  limits: { environments: null, per_user: null },
  comment: { enabled: true, commands: false, mention: "none" },
  deployments: { enabled: true, environment: "showtime" },
  status: { enabled: false, required: false },
};

const superset: Settings = {
  ...none,
  preset: "superset",
  required_commit: "47414e18d4c2980d0cc4718b3e704845f7dfd356",
  build: {
    ...none.build,
    image: "apache/superset",
    target: "showtime",
    args: { INCLUDE_CHROMIUM: "false", LOAD_EXAMPLES_DUCKDB: "true" },
    cache_from: ["type=registry,ref=apache/superset-cache:showtime"],
    cache_to: ["type=registry,mode=max,ref=apache/superset-cache:showtime"],
  },
  environment: {
    ...none.environment,
    health: { ...none.environment.health, command: "curl -fsS http://localhost:8080/health || exit 1" },
    login: "admin/admin",
    variables: {
      SUPERSET_LOAD_EXAMPLES: "yes",
      SUPERSET_PORT: "8080",
      SUPERSET_SECRET_KEY: "{secret}",
      TALISMAN_ENABLED: "False",
      SUPERSET__SQLALCHEMY_EXAMPLES_URI: "sqlite:////tmp/examples.db",
      SUPERSET_LOG_LEVEL: "DEBUG",
      PYTHONUNBUFFERED: "1",
      SERVER_WORKER_AMOUNT: "4",
      SERVER_THREADS_AMOUNT: "1",
    },
    flags: { prefix: "SUPERSET_FEATURE_", on: "True", off: "False" },
  },
  ecs: {
    ...none.ecs,
    cluster: "superset-ci",
    subnets: ["subnet-0e15a5034b4121710", "subnet-0e8efef4a72224974"],
    security_groups: ["sg-092ff3a6ae0574d91"],
    container: "superset-ci",
    log_group: "/ecs/superset-ci",
    execution_role: "ecsTaskExecutionRole",
  },
};

/**
 * The defaults for settings without a flag, variable or file. `superset` is the set-up of apache/superset.
 */
export const PRESETS: Readonly<Record<PresetName, Settings>> = { superset, none };

/** Returns the preset of a repository without a file: only that of the preset's own repository is `superset`. */
export function presetOf(repo: string | undefined): PresetName {
  return repo?.toLowerCase() === "apache/superset" ? "superset" : "none";
}
