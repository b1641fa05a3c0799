import type { AwsSettings, Setup } from "./setup.ts";

/** The first publish address: the machine itself, until a person decides who may reach the ports. */
export const FIRST_PUBLISH = "127.0.0.1";

/** Renders the first `showtime.yml`: the required settings, and the few that most projects change. */
export function renderSettings(setup: Setup): string {
  const { platform, image, port, aws, status } = setup;
  return [
    "# What Showtime deploys, and where. `showtime config` shows every setting in force, `showtime doctor` what is missing.",
    "# In Actions it is read from the base branch: a change of it in a pull request counts once that is merged.",
    "version: 1",
    `platform: ${platform}`,
    "ttl: 48h # how long an environment lives; the label `🎪 ⌛ 7d` says so for one pull request",
    "build:",
    ...(image === undefined ? [] : [`  image: ${scalar(image)}`]),
    "  context: .",
    "  file: Dockerfile",
    "environment:",
    `  port: ${port}`,
    "  health:",
    "    path: /health # it must answer 2xx; where it answers 404, / is asked",
    ...(aws === undefined ? [] : [
      "    # Runs inside the container. Without it ECS stops the old task before the new one may answer.",
      `    # command: "wget -qO- http://localhost:${port}/health || exit 1"`,
    ]),
    "  variables: {} # what the application needs; {secret} is a random value of each environment",
    ...(aws === undefined ? dockerLines() : ecsLines(aws)),
    ...(status === undefined ? [] : [
      "status:",
      "  enabled: true",
      `  required: ${status.required} # true if branch protection waits for the status showtime`,
    ]),
    "",
  ].join("\n");
}

function dockerLines(): readonly string[] {
  return [
    "docker:",
    `  publish: ${FIRST_PUBLISH} # only the runner's machine can open this: set an address of it that people reach`,
  ];
}

function ecsLines(aws: AwsSettings): readonly string[] {
  const list = (values: readonly string[]) => `[${values.map(scalar).join(", ")}]`;
  return [
    "ecs:",
    `  cluster: ${scalar(aws.cluster)}`,
    `  subnets: ${list(aws.subnets)} # to be filled in: public ones, unless assign_public_ip is false`,
    `  security_groups: ${
      list(aws.securityGroups)
    } # to be filled in: lets people, and Showtime, reach the port`,
    `  container: ${scalar(aws.container)}`,
    `  log_group: ${scalar(aws.logGroup)}`,
    `  execution_role: ${scalar(aws.executionRole)}`,
    ...(aws.taskRole === undefined ? [] : [`  task_role: ${scalar(aws.taskRole)}`]),
  ];
}

/** Formats text as a value of YAML, in quotes unless it is as plain as a name or an ARN. */
function scalar(text: string): string {
  return /^(?:[A-Za-z/]|\d+[\w.-]*\/)[\w/.:@+=-]*\w$/.test(text) &&
      !/^(?:true|false|null|yes|no|on|off)$/i.test(text)
    ? text
    : JSON.stringify(text);
}
