import type { OptionSpec } from "./command.ts";

const GROUP = "Environment flags:";

/** The flag of every command that can change something. */
export const DRY_RUN: OptionSpec = {
  name: "dry-run",
  description: "say what would be done; write nothing anywhere",
};

/** The flag that chooses where environments run. */
export const PLATFORM: OptionSpec = {
  name: "platform",
  value: "kind",
  description: "where environments run",
  choices: ["ecs", "docker"],
  group: GROUP,
};

/** The flags of every command about environments. Other capabilities do not have them. */
export const ENVIRONMENT_OPTIONS: readonly OptionSpec[] = [
  PLATFORM,
  { name: "dry-run-github", description: "do not write to GitHub", group: GROUP },
  { name: "dry-run-aws", description: "do not use AWS; simulate the platform", group: GROUP },
  {
    name: "dry-run-docker",
    description: "do not use Docker; simulate builds and the platform",
    group: GROUP,
  },
  {
    name: "aws-sleep",
    value: "seconds",
    description: "how long a dry-run deploy pretends to take",
    group: GROUP,
  },
];
