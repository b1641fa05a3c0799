import type { InitFile } from "../../../environments/app/setup/init.ts";
import { isLoopback } from "../../../lib/loopback.ts";
import {
  ACCESS_POLICY_FILE,
  imageHome,
  roleArn,
  type Setup,
  TRUST_POLICY_FILE,
  UNKNOWN_ACCOUNT,
  UNKNOWN_REGION,
} from "../../../environments/core/setup/mod.ts";

/** Lists the set-up that is left to do after the files are written, each a sentence. `--json` prints them too. */
export function listTodo(
  setup: Setup,
  options: {
    readonly written: readonly InitFile[];
    /** `docker.publish` of the settings that are in the folder now. */
    readonly publish: string;
  },
): readonly string[] {
  const { aws, image } = setup;
  const host = image?.split("/")[0] ?? "";
  const home = imageHome(setup);
  return [
    ...(aws === undefined && isLoopback(options.publish)
      ? [
        `In showtime.yml: docker.publish is ${options.publish}, so only the runner's machine itself can open the ` +
        "links. Set it to an address of that machine that people reach, as in 10.0.0.5, and let its firewall keep out " +
        "everybody else",
      ]
      : []),
    ...(aws === undefined ? [] : onAws(setup)),
    ...(home === "docker_hub"
      ? ["On GitHub: the variable DOCKERHUB_USER and the secret DOCKERHUB_TOKEN, which may push and delete"]
      : []),
    ...(home === "other"
      ? [`On GitHub: the variable REGISTRY_USER and the secret REGISTRY_TOKEN, which may push to ${host}`]
      : []),
    ...(home === "ghcr" && aws !== undefined
      ? [
        `Once the first image is pushed: make the package ${image} public, or let the execution role read it`,
      ]
      : []),
    ...(aws === undefined
      ? [
        "A runner of your own with the labels self-hosted, linux and x64, and Docker: it runs the code of pull requests, " +
        "so it must be a machine on which nothing else depends",
        "On GitHub: a runner group that gives this machine to showtime.yml and showtime-cleanup.yml of the branch " +
        `${setup.defaultBranch} alone, else a pull request can bring a workflow that runs there`,
      ]
      : []),
    ...(options.written.some(({ change }) => change !== "unchanged")
      ? [`Read the files and merge them into ${setup.defaultBranch}: only there do they count`]
      : []),
    '"showtime setup-labels" makes the labels, "showtime doctor" says what is missing',
  ];
}

function onAws(setup: Setup): readonly string[] {
  const { aws, accessKeys } = setup;
  if (aws === undefined) return [];
  const unknown = aws.account === UNKNOWN_ACCOUNT;
  const policies = accessKeys ? ACCESS_POLICY_FILE : `${ACCESS_POLICY_FILE} and ${TRUST_POLICY_FILE}`;
  const missing = [
    ...(unknown ? [`your account's number for ${UNKNOWN_ACCOUNT}`] : []),
    ...(aws.subnets.length === 0 ? ["subnets"] : []),
    ...(aws.securityGroups.length === 0 ? ["security_groups"] : []),
  ];
  return [
    ...(missing.length === 0 ? [] : [`In showtime.yml: ${missing.join(", ")} of section ecs`]),
    ...(unknown ? [`In ${policies}: the same number for ${UNKNOWN_ACCOUNT}`] : []),
    ...(aws.region === UNKNOWN_REGION
      ? [
        `In the workflows, and in ${policies}: your region of AWS for ${UNKNOWN_REGION}; "showtime init --region" writes it`,
      ]
      : []),
    `On AWS: the cluster ${aws.cluster}, the log group ${aws.logGroup} and the execution role ${aws.executionRole}`,
    ...(accessKeys
      ? [
        `On AWS: a user with the permissions in ${ACCESS_POLICY_FILE}, and an access key of that user`,
        "On GitHub: that key as the secrets AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
      ]
      : [
        "On AWS: an identity provider for https://token.actions.githubusercontent.com with the audience " +
        "sts.amazonaws.com",
        `On AWS: the role ${
          roleArn(setup)
        } with the trust policy in ${TRUST_POLICY_FILE} and the permissions in ` +
        ACCESS_POLICY_FILE,
        ...(unknown ? ["On GitHub: that role's ARN as the variable SHOWTIME_AWS_ROLE"] : []),
      ]),
  ];
}
