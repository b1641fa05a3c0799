import * as z from "zod";
import { AssetsSection } from "../assets/schema.ts";
import { ContextSection } from "../contexts/schema.ts";
import { findTemplateProblem } from "../../environments/core/environment/stable_url.ts";
import { parseSleepHours } from "../../environments/core/sleep/mod.ts";
import { CostSection, LimitsSection } from "./cost_section.ts";
import { DURATION_PATTERN, TTL_PATTERN } from "../../lib/duration.ts";
import { globProblem } from "../../environments/core/plan/paths/glob.ts";

// The message of each rule names the expected value as a noun phrase: problems read "expected <message>,
// found …".

const ADDRESS =
  /^(?:(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)|\[[0-9A-Fa-f:.]+\])(?::[1-9]\d{0,4})?$/;
const HOST =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9A-Fa-f:.]+\])$/;
const NAMES = /^[A-Za-z0-9][\w.@-]*(?:,[A-Za-z0-9][\w.@-]*)*$/;
const IMAGE =
  /^(?:[A-Za-z0-9.-]+(?::\d{1,5})?\/)?[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*)*$/;
const TAG = /^(?=.*\{pr\})(?=.*\{sha\})(?:\w|\{pr\}|\{sha\})(?:[\w.-]|\{pr\}|\{sha\}){0,100}$/;
const GITHUB_ENVIRONMENT = /^(?:[A-Za-z0-9]|\{pr\})(?:[A-Za-z0-9 ._/-]|\{pr\}){0,100}$/;
const LISTENER =
  /^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:\d{12}:listener\/app\/[A-Za-z0-9-]+\/[0-9a-f]+\/[0-9a-f]+$/;
const LOGIN = /^[A-Za-z0-9][A-Za-z0-9_-]{0,38}(?:\[bot\])?$/;
const VARIABLE_NAME = /^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*$/;

function text(expected = "text") {
  return z.string({ error: expected }).min(1, { error: expected });
}

function fitting(pattern: RegExp, expected: string) {
  return z.string({ error: expected }).regex(pattern, { error: expected });
}

function wholeNumber(min: number, max: number) {
  const error = `a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}

function oneOf<const T extends readonly [string, ...string[]]>(values: T) {
  return z.enum(values, { error: values.slice(0, -1).join(", ") + " or " + values.at(-1) });
}

function yesOrNo() {
  return z.boolean({ error: "true or false" });
}

function duration() {
  return fitting(DURATION_PATTERN, "a number with a unit, such as 30s, 15m, 48h or 14d");
}

function sleepHours() {
  const error = "two times and a time zone, such as 20:00-07:00 Europe/Berlin";
  return z.string({ error }).refine((value) => parseSleepHours(value) !== undefined, { error });
}

function list() {
  return z.array(text(), { error: "a list, such as [first, second]" });
}

function globPattern() {
  return text("a pattern, such as src/**").refine((pattern) => globProblem(pattern) === undefined, {
    error: ({ input }) => `a pattern, such as src/** (${globProblem(String(input)) ?? ""})`,
  });
}

function variables() {
  const value = z.string({ error: "text" }).nullable();
  const name = z.string().regex(VARIABLE_NAME, {
    error: "letters, digits and _, not beginning with a digit",
  });
  return z.record(name, value, { error: "a map of names and values" });
}

function section<T extends z.ZodRawShape>(shape: T) {
  // Undefined keeps the library's own issue for unknown keys, which checkLayer() renders one by one.
  return z.strictObject(shape, {
    error: (issue) => issue.code === "unrecognized_keys" ? undefined : "a map of keys and values",
  });
}

const Size = section({
  cpu: wholeNumber(1, 1_048_576).describe("CPU units; 1024 are one CPU.").optional(),
  memory: wholeNumber(6, 1_048_576).describe("Memory in MiB.").optional(),
});

const Build = section({
  image: fitting(IMAGE, "an image repository without a tag, such as ghcr.io/acme/shop").nullable().optional()
    .describe(
      "The repository the image is pushed to, without a tag; an ECR address logs in by itself. May be left out where nothing is pushed.",
    ),
  tag: fitting(TAG, "a tag of letters, digits, _ . - that holds {pr} and {sha}").optional()
    .describe("The image's tag; {pr} and {sha} are filled in, and both are needed to find the image again."),
  context: text().optional().describe("The build context, relative to the folder of this file."),
  file: text().optional().describe("The Dockerfile, relative to the build context."),
  target: text().nullable().optional().describe(
    "The stage of the Dockerfile to build; the last one if left out.",
  ),
  platform: fitting(/^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9]+)?$/, "a platform, such as linux/amd64").nullable()
    .optional().describe(
      "The platform to build for; null for the engine's own, and on ECS for the one that the task definition names, else linux/amd64.",
    ),
  args: variables().optional().describe("Build arguments; null takes one of the preset away."),
  cache_from: list().optional().describe("Where the build cache is read from."),
  cache_to: list().optional().describe(
    "Where the build cache is written to, in continuous integration only.",
  ),
  paths: z.array(globPattern(), { error: "a list of patterns, such as [src/**, Dockerfile]" }).nullable()
    .optional()
    .describe(
      "The files that go into the image: a push that changes none of them leaves the environment as it is; null builds every push.",
    ),
  timeout: duration().optional().describe("How long a build may take."),
  push: oneOf(["auto", "always", "never"]).optional()
    .describe("Whether the image is pushed; auto pushes where the platform is not the local engine."),
});

const Health = section({
  path: fitting(/^\/\S*$/, "a path that begins with /").optional()
    .describe("The path that answers 2xx when the environment is healthy."),
  fallback: fitting(/^\/\S*$/, "a path that begins with /").nullable().optional()
    .describe("The path that is asked where the first one is not found; null for none."),
  timeout: duration().optional().describe("How long an environment may take to become healthy."),
  interval: duration().optional().describe("The time between two health checks."),
  command: text().nullable().optional().describe(
    "The health check that runs inside the container: on ECS, and on Docker for a router if the image has none.",
  ),
});

const StableUrl = z.string({ error: "a URL, such as https://pr-{pr}.preview.example.org" }).check(
  ({ value, issues }) => {
    const expected = findTemplateProblem(value);
    if (expected !== undefined) issues.push({ code: "custom", input: value, message: expected });
  },
);

function hookCommand() {
  const error = "a line for sh -c, or a list of words such as [python, seed.py]";
  const words = z.array(z.string({ error }).min(1, { error }), { error }).min(1, { error });
  return z.union([z.string({ error }).regex(/\S/, { error }), words], { error }).nullable().optional();
}

const Hooks = section({
  after_start: hookCommand().describe(
    "The command that runs when the environment is healthy, before people are sent to it: a line for sh -c, or a list of words.",
  ),
  before_stop: hookCommand().describe(
    "The command that runs before the environment is removed: a line for sh -c, or a list of words.",
  ),
  when: oneOf(["created", "always"]).optional().describe(
    "Whether after_start runs for a new environment only, or after each update in place too.",
  ),
  timeout: duration().optional().describe("How long a command may take."),
});

const Environment = section({
  url: StableUrl.nullable().optional().describe(
    "The address of a pull request that stays from commit to commit, such as https://pr-{pr}.preview.example.org; {pr} and {repo} are filled in.",
  ),
  port: wholeNumber(1, 65_535).optional().describe("The port the application listens on."),
  health: Health.optional().describe("When an environment counts as healthy."),
  hooks: Hooks.optional().describe("The commands that run in an environment."),
  login: fitting(/^[^\s/]+\/\S+$/, "a name and a password, as admin/admin").nullable().optional()
    .describe("A login that is shown in the comment on the pull request, as name/password."),
  variables: variables().optional()
    .describe(
      "Environment variables of the application; {secret} is a random value of each environment, {url} its address of environment.url; null takes one of the preset away.",
    ),
  flags: section({
    prefix: z.string({ error: "text" }).regex(/^\w*$/, { error: "letters, digits and _" }).optional()
      .describe("What stands before a feature flag's name in its environment variable."),
    on: z.string({ error: "text" }).optional().describe("The value of a flag that is on."),
    off: z.string({ error: "text" }).optional().describe("The value of a flag that is off."),
  }).optional().describe("How feature flags set by labels reach the application."),
  sizes: z.record(
    z.string().regex(/^[a-z][a-z0-9-]*$/, { error: "lower-case letters, digits and -" }),
    Size,
    { error: "a map of sizes" },
  ).optional().describe("What each size of an environment has."),
  warn: duration().nullable().optional().describe(
    "How long before its end an environment is warned of in a comment; null for no warning.",
  ),
  ttl_from: oneOf(["created", "deployed", "traffic"]).optional().describe(
    "What the time to live counts from: the creation, the newest deployment, or the newest request (ECS behind a load balancer only).",
  ),
  sleep: section({
    after: duration().nullable().optional().describe(
      "An environment is put to sleep after this time without a request; null for never; ECS behind a load balancer only.",
    ),
    at: sleepHours().nullable().optional().describe(
      "The daily hours in which environments sleep, with their time zone, as 20:00-07:00 Europe/Berlin; null for none.",
    ),
  }).optional().describe("When cleanup puts environments to sleep."),
});

const Ecs = section({
  cluster: fitting(/^[A-Za-z0-9_-]{1,200}$/, "the name of a cluster, not its ARN").nullable().optional()
    .describe("The cluster that services are created in."),
  subnets: list().optional().describe("The subnets of the services."),
  security_groups: list().optional().describe("The security groups of the services."),
  task_definition: text().nullable().optional().describe(
    "A template file for the task definition, relative to the folder of this file; null for the built-in one.",
  ),
  container: text().nullable().optional().describe(
    "The name of the application's container in the task definition.",
  ),
  log_group: text().nullable().optional().describe("The CloudWatch log group."),
  execution_role: text().nullable().optional().describe(
    "The role ECS itself uses to pull the image and write the log.",
  ),
  task_role: text().nullable().optional()
    .describe("The role the pull request's code runs with; null gives it no rights."),
  assign_public_ip: yesOrNo().optional().describe("Whether an environment gets a public IP address."),
  load_balancer: section({
    listener: fitting(
      LISTENER,
      "the ARN of a listener of an Application Load Balancer, arn:aws:elasticloadbalancing:…:listener/app/…",
    ).nullable().optional().describe(
      "The listener whose rules lead from environment.url to environments; null for no load balancer.",
    ),
    certificate_check: yesOrNo().optional().describe(
      "Whether the certificate of environment.url must be one that this machine trusts.",
    ),
  }).optional().describe("The shared load balancer that gives pull requests an address that stays."),
});

/** The schema of `showtime.yml`: its keys as written there, all of them optional. Durations are text. */
export const ConfigFile = section({
  version: z.literal(1, { error: "1, the only version there is" }).optional().describe(
    "The version of this format.",
  ),
  preset: oneOf(["superset", "none"]).optional().describe(
    "The defaults for what is not given; none if left out.",
  ),
  platform: oneOf(["ecs", "docker"]).optional().describe("Where environments run."),
  ttl: fitting(TTL_PATTERN, "a number with a unit, such as 30m, 48h, 14d or 2w, or close").optional()
    .describe("How long an environment lives; close: until its pull request closes."),
  max_age: duration().nullable().optional().describe(
    "The longest life that cleanup respects; null for none.",
  ),
  auto_sync: oneOf(["always", "trusted", "never"]).optional()
    .describe("Whose pushes update a running environment."),
  trusted_bots: z.array(fitting(LOGIN, "a login such as my-app[bot]"), {
    error: 'a list, such as ["my-app[bot]"]',
  }).optional().describe("Logins of further bots whose labels and comments are believed to be Showtime's."),
  retries: wholeNumber(0, 10).optional().describe("Automatic attempts for a commit beyond the first."),
  required_commit: fitting(/^[0-9a-f]{40}$/, "a whole commit hash of 40 hex digits").nullable().optional()
    .describe("A commit that must be in a branch before it is built."),
  build: Build.optional().describe("How the image is built."),
  environment: Environment.optional().describe("What an environment is given."),
  ecs: Ecs.optional().describe("Where the platform is ecs."),
  docker: section({
    network: text().optional().describe("The network containers are attached to."),
    publish: fitting(
      ADDRESS,
      "an IP address, such as 127.0.0.1 or [::1], and a port if it must be a fixed one",
    ).optional()
      .describe("The address the ports are published on."),
    host: fitting(HOST, "a host name or an IP address, without a port").nullable().optional().describe(
      "The host that people open, if it is not the address of docker.publish: of a remote engine, or one behind NAT.",
    ),
    router: z.literal("traefik", { error: "traefik, the only router there is" }).nullable().optional()
      .describe(
        "The router that leads environment.url to containers: traefik, by labels for its Docker provider.",
      ),
    traefik: section({
      entrypoint: fitting(NAMES, "names of entry points, such as web or websecure").nullable().optional()
        .describe("Traefik's entry point; null for websecure with HTTPS and web without."),
      certresolver: fitting(NAMES, "the name of a certificate resolver").nullable().optional()
        .describe("Traefik's certificate resolver; null for a certificate that it has already."),
      network: text().nullable().optional().describe(
        "The network that Traefik shares with containers; null for docker.network.",
      ),
    }).optional().describe("Where the router is traefik."),
  }).optional().describe("Where the platform is docker."),
  comment: section({
    enabled: yesOrNo().optional().describe("Whether pull requests get a comment."),
    commands: yesOrNo().optional().describe(
      "Whether /showtime commands in comments count, by people with write permission.",
    ),
    mention: oneOf(["none", "requester", "author", "both"]).optional().describe(
      "Whom a comment of its own mentions when an environment is ready, failed or waits for approval.",
    ),
  }).optional().describe("The comment on the pull request."),
  deployments: section({
    enabled: yesOrNo().optional().describe("Whether GitHub Deployments are written."),
    environment: fitting(
      GITHUB_ENVIRONMENT,
      "a name such as showtime or pr-{pr}, of letters, digits, spaces and . _ / -",
    ).optional().describe(
      "The environment on GitHub that Deployments are in; with {pr} each pull request leaves one behind, which no workflow can delete.",
    ),
  }).optional().describe("GitHub Deployments."),
  cost: CostSection.optional().describe("The cost of environments, as an estimate."),
  limits: LimitsSection.optional().describe("How many environments there may be."),
  status: section({
    enabled: yesOrNo().optional().describe("Whether head commits get the status showtime."),
    required: yesOrNo().optional().describe(
      "Whether every head commit gets it, as branch protection needs that waits for it.",
    ),
  }).optional().describe("The commit status, which checks on the pull request show."),
  assets: AssetsSection.optional().describe(
    "Superset assets: instances, and how content moves between them.",
  ),
  context: ContextSection.optional().describe(
    "CI contexts: where they are kept, and where their events are sent.",
  ),
});

/** The content of a `showtime.yml`. */
export type ConfigFile = z.infer<typeof ConfigFile>;

type Complete<T> = T extends readonly unknown[] ? T
  : T extends object ? { readonly [K in keyof T]-?: Complete<Exclude<T[K], undefined>> }
  : T;

/** A file with every key: the form of presets, and of all sources merged. */
export type Settings = Complete<Omit<ConfigFile, "assets" | "context">>;
