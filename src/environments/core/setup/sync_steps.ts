/** The steps that the workflows share, as lines without indentation. */

import { AWS_CREDENTIALS, CHECKOUT } from "../../../lib/workflows/actions.ts";
import { installStep, type Lines } from "../../../lib/workflows/steps.ts";
import { imageHome, roleArn, type Setup } from "./setup.ts";

/**
 * Returns where the jobs run. Containers of the local engine must outlive the job, so it needs a self-hosted
 * runner.
 */
export function runsOn({ platform }: Setup): string {
  return platform === "docker" ? "runs-on: [self-hosted, linux, x64]" : "runs-on: ubuntu-24.04";
}

/** Returns the permissions of a job that changes environments, as lines below `permissions:`. */
export function rightsOf(setup: Setup): Lines {
  return [
    "actions: read # whether the run that holds a lock is over",
    "contents: read # showtime.yml of the base branch, and what is built",
    "deployments: write",
    "issues: write # labels, and the lock, which is one",
    "pull-requests: write # the comment",
    ...(setup.status === undefined ? [] : ["statuses: write # the status showtime"]),
    ...(setup.platform === "ecs" && !setup.accessKeys ? ["id-token: write # the role on AWS, by OIDC"] : []),
    ...(imageHome(setup) === "ghcr" ? ["packages: write # pushing the image"] : []),
  ];
}

/**
 * Returns the step that logs in to AWS, by a role or by keys; none for other platforms. `when` is a condition of the
 * step.
 */
export function awsStep(setup: Setup, when: string | undefined): Lines {
  if (setup.aws === undefined) return [];
  if (setup.accessKeys) {
    return [
      "- name: Use the keys of AWS",
      ...condition(when),
      `  uses: ${AWS_CREDENTIALS}`,
      "  with:",
      "    aws-access-key-id: ${{ secrets.AWS_ACCESS_KEY_ID }}",
      "    aws-secret-access-key: ${{ secrets.AWS_SECRET_ACCESS_KEY }}",
      `    aws-region: ${setup.aws.region}`,
    ];
  }
  const known = /^\d{12}$/.test(setup.aws.account);
  return [
    "- name: Take on the role on AWS",
    ...condition(when),
    `  uses: ${AWS_CREDENTIALS}`,
    "  with:",
    `    role-to-assume: ${known ? roleArn(setup) : "${{ vars.SHOWTIME_AWS_ROLE }}"}`,
    `    aws-region: ${setup.aws.region}`,
  ];
}

/**
 * Returns the steps that decide, check out the commit to build, and sync. The job's environment has PR and
 * maybe SHA.
 */
export function syncSteps(setup: Setup, options: { readonly fromForks: boolean }): Lines {
  const work = "steps.decide.outputs.sync_needed == 'true'";
  const build = "steps.decide.outputs.build_needed == 'true'";
  return [
    ...installStep(setup.release),
    "",
    "- name: Decide",
    "  id: decide",
    "  env:",
    "    GITHUB_TOKEN: ${{ github.token }}",
    `  run: showtime sync "$PR" \${SHA:+--sha "$SHA"} --check-only`,
    "",
    "# The pull request's files are here to be sent to `docker build`, which is all that runs any of them.",
    "- name: Get the commit to build",
    ...condition(build),
    `  uses: ${CHECKOUT}`,
    "  with:",
    "    ref: ${{ steps.decide.outputs.target_sha }}",
    "    persist-credentials: false",
    ...(options.fromForks
      ? ["    # The action requires this consent. It is safe: no later step runs a file of the checkout."]
      : []),
    ...(options.fromForks ? ["    allow-unsafe-pr-checkout: true"] : []),
    "",
    ...between(awsStep(setup, work)),
    ...between(loginStep(setup, build)),
    "- name: Sync",
    ...condition(work),
    "  env:",
    "    GITHUB_TOKEN: ${{ github.token }}",
    ...hubLogin(setup),
    "    TARGET_SHA: ${{ steps.decide.outputs.target_sha }}",
    '  run: showtime sync "$PR" --sha "$TARGET_SHA"',
  ];
}

/** Returns the variables that deletion of images on Docker Hub needs, as lines of a step's `env:`. */
export function hubLogin(setup: Setup): Lines {
  if (imageHome(setup) !== "docker_hub") return [];
  return [
    "    DOCKERHUB_USER: ${{ vars.DOCKERHUB_USER }}",
    "    DOCKERHUB_TOKEN: ${{ secrets.DOCKERHUB_TOKEN }}",
  ];
}

/** Returns the step that logs `docker` in to the registry. Showtime itself logs in to ECR. */
function loginStep(setup: Setup, when: string): Lines {
  const host = setup.image?.split("/")[0] ?? "";
  const login = (registry: string) =>
    `  run: docker login${registry} --username "$REGISTRY_USER" --password-stdin <<< "$REGISTRY_TOKEN"`;
  const head = ["- name: Log in to the registry", ...condition(when), "  env:"];
  switch (imageHome(setup)) {
    case "none":
    case "ecr":
      return [];
    case "ghcr":
      return [
        ...head,
        "    REGISTRY_USER: ${{ github.actor }}",
        "    REGISTRY_TOKEN: ${{ github.token }}",
        login(` ${host}`),
      ];
    case "docker_hub":
      return [
        ...head,
        "    REGISTRY_USER: ${{ vars.DOCKERHUB_USER }}",
        "    REGISTRY_TOKEN: ${{ secrets.DOCKERHUB_TOKEN }}",
        login(""),
      ];
    case "other":
      return [
        ...head,
        "    REGISTRY_USER: ${{ vars.REGISTRY_USER }}",
        "    REGISTRY_TOKEN: ${{ secrets.REGISTRY_TOKEN }}",
        login(` ${host}`),
      ];
  }
}

function condition(when: string | undefined): Lines {
  return when === undefined ? [] : [`  if: ${when}`];
}

function between(step: Lines): Lines {
  return step.length === 0 ? [] : [...step, ""];
}
