import assert from "node:assert/strict";
import { AppError } from "../../../../src/lib/errors.ts";
import { FAILURE_WORDS } from "../../../../src/environments/core/environment/failure.ts";
import { translateAwsError } from "../../../../src/drivers/ecs/errors.ts";
import { classifyEvent, classifyStoppedTask } from "../../../../src/drivers/ecs/deploy/stopped_task.ts";

type Stopped = Parameters<typeof classifyStoppedTask>[0];

/** A stopped task as AWS describes it, and what is made of it: code, words of the sentence, of the next step, decisive. */
const STOPPED: readonly (readonly [string, Stopped, string, RegExp, RegExp, boolean])[] = [
  [
    "memory, by the container's reason",
    {
      stopCode: "EssentialContainerExited",
      stoppedReason: "Essential container in task exited",
      containers: [{
        name: "app",
        exitCode: 137,
        reason: "OutOfMemoryError: Container killed due to memory usage",
      }],
    },
    "out_of_memory",
    /ran out of memory \(exit code 137\)/,
    /larger size/,
    true,
  ],
  [
    "memory, by the exit code alone",
    {
      stopCode: "EssentialContainerExited",
      stoppedReason: "Essential container in task exited",
      containers: [{ name: "app", exitCode: 137 }],
    },
    "out_of_memory",
    /137/,
    /memory/,
    true,
  ],
  [
    "an image that is not there",
    {
      stopCode: "TaskFailedToStart",
      stoppedReason:
        "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref docker.io/acme/app:x: docker.io/acme/app:x: not found",
      containers: [{ name: "app" }],
    },
    "image_not_found",
    /image does not exist .*acme\/app:x/,
    /start trigger/,
    true,
  ],
  [
    "an image for another processor",
    {
      stoppedReason:
        "CannotPullContainerError: image Manifest does not contain descriptor matching platform 'linux/amd64': not found",
    },
    "image_not_found",
    /platform/,
    /build.platform/,
    true,
  ],
  [
    "an image that the role may not pull",
    {
      stoppedReason:
        "CannotPullContainerError: AccessDeniedException: User: arn:aws:sts::1:assumed-role/x is not authorized to perform: ecr:BatchGetImage",
    },
    "permission",
    /execution role may not pull/,
    /ecr:BatchGetImage/,
    true,
  ],
  [
    "a registry that limits pulls",
    {
      stoppedReason:
        "CannotPullContainerError: inspect image has been retried 5 time(s): httpReadSeeker: failed open: unexpected status code: 429 Too Many Requests - toomanyrequests: You have reached your pull rate limit",
    },
    "image_not_found",
    /limits pulls/,
    /ECR/,
    false,
  ],
  [
    "a registry out of reach",
    {
      stoppedReason:
        "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to do request: Head https://registry.example/v2/: dial tcp 10.0.0.1:443: i/o timeout",
    },
    "image_not_found",
    /could not be pulled/,
    /assign_public_ip/,
    false,
  ],
  [
    "a log group that is not there",
    {
      stopCode: "TaskFailedToStart",
      stoppedReason:
        "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1",
    },
    "resource_initialization",
    /log could not be set up/,
    /ecs.log_group/,
    true,
  ],
  [
    "secrets out of reach",
    {
      stopCode: "TaskFailedToStart",
      stoppedReason:
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth: service call has been retried 3 time(s): RequestError: send request failed",
    },
    "resource_initialization",
    /could not be set up/,
    /ecs.execution_role/,
    false,
  ],
  [
    "secrets that the role may not read",
    {
      stopCode: "TaskFailedToStart",
      stoppedReason:
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): AccessDeniedException: User: arn:aws:sts::1:assumed-role/x is not authorized to perform: secretsmanager:GetSecretValue",
    },
    "resource_initialization",
    /could not be set up/,
    /ecs.execution_role/,
    true,
  ],
  [
    "a secret that is not there",
    {
      stopCode: "TaskFailedToStart",
      stoppedReason:
        "ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secret from asm: ResourceNotFoundException: Secrets Manager can't find the specified secret.",
    },
    "resource_initialization",
    /could not be set up/,
    /ecs.execution_role/,
    true,
  ],
  [
    "a log that did not answer in time",
    {
      stopCode: "TaskFailedToStart",
      stoppedReason:
        "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: RequestCanceled: request context canceled caused by: context deadline exceeded",
    },
    "resource_initialization",
    /log could not be set up/,
    /ecs.log_group/,
    false,
  ],
  [
    "no room",
    {
      stopCode: "TaskFailedToStart",
      stoppedReason:
        "Capacity is unavailable at this time. Please try again later or in a different availability zone",
    },
    "no_capacity",
    /no capacity/,
    /availability zones/,
    false,
  ],
  [
    "a health check in the container",
    {
      stopCode: "ServiceSchedulerInitiated",
      stoppedReason: "Task failed container health checks",
      containers: [{ name: "app", exitCode: 143 }],
    },
    "unhealthy",
    /health check in the container failed/,
    /environment.health.command/,
    true,
  ],
  [
    "an exit code",
    {
      stopCode: "EssentialContainerExited",
      stoppedReason: "Essential container in task exited",
      containers: [{ name: "app", exitCode: 3 }],
    },
    "unhealthy",
    /the container ended with exit code 3/,
    /log/,
    true,
  ],
  [
    "an exit code of another container",
    {
      stopCode: "EssentialContainerExited",
      stoppedReason: "Essential container in task exited",
      containers: [{ name: "app", exitCode: 0 }, { name: "sidecar", exitCode: 2 }],
    },
    "unhealthy",
    /the container "sidecar" ended with exit code 2/,
    /log/,
    true,
  ],
  [
    "a command of another processor",
    {
      stopCode: "TaskFailedToStart",
      stoppedReason: "CannotStartContainerError: failed to start: exec format error",
    },
    "unhealthy",
    /could not be started/,
    /build.platform/,
    true,
  ],
  [
    "a command that is not there",
    {
      stoppedReason: 'CannotStartContainerError: exec: "serve": executable file not in $PATH',
    },
    "unhealthy",
    /could not be started/,
    /command/,
    true,
  ],
  [
    "anything else",
    {
      stopCode: "TaskFailedToStart",
      stoppedReason: "Timeout waiting for network interface provisioning to complete.",
    },
    "failed",
    /Timeout waiting for network interface/,
    /ECS names/,
    false,
  ],
];

for (const [what, task, code, state, hint, decisive] of STOPPED) {
  Deno.test(`classifyStoppedTask() recognises ${what}`, () => {
    const failure = classifyStoppedTask(task, "app");

    assert.deepEqual([failure?.code, failure?.decisive], [code, decisive]);
    assert.match(failure?.state ?? "", state);
    assert.match(failure?.hint ?? "", hint);
    assert.ok(code in FAILURE_WORDS);
  });
}

Deno.test("classifyStoppedTask() blames nobody for a task that was to go", () => {
  const calm: readonly Stopped[] = [
    {
      stopCode: "ServiceSchedulerInitiated",
      stoppedReason: "Scaling activity initiated by (deployment ecs-svc/1)",
    },
    {
      stopCode: "UserInitiated",
      stoppedReason: "Task stopped by user",
      containers: [{ name: "app", exitCode: 137 }],
    },
    {},
  ];

  assert.deepEqual(calm.map((task) => classifyStoppedTask(task, "app")), [undefined, undefined, undefined]);
});

Deno.test("classifyStoppedTask() hands on nothing that acts on a terminal, and no more than a person reads", () => {
  const stoppedReason = `CannotPullContainerError: \u001b[31mred\u202e ${"x".repeat(5000)}`;

  const failure = classifyStoppedTask({ stoppedReason }, "app");

  // deno-lint-ignore no-control-regex -- controls are what must not be there
  assert.doesNotMatch(failure?.state ?? "", /[\u0000-\u001f\u202e]/);
  assert.ok((failure?.state ?? "").length < 400);
});

Deno.test("classifyEvent() recognises what keeps ECS from placing a task", () => {
  const service = "(service pr-7-abcdef0-service)";
  const table: readonly (readonly [string, string | undefined])[] = [
    [
      `${service} was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone.`,
      "no_capacity",
    ],
    [
      `${service} was unable to place a task. Reason: You've reached the limit on the number of vCPUs you can run concurrently.`,
      "quota",
    ],
    [
      `${service} was unable to place a task. Reason: ECS was unable to assume the role 'arn:aws:iam::1:role/x' that was provided for this task.`,
      "permission",
    ],
    [
      `${service} failed to launch a task with (error The subnet ID 'subnet-1' does not exist).`,
      "network_settings",
    ],
    [
      `${service} was unable to place a task. Reason: Unexpected EC2 error while attempting to Create Network Interface with public IP assignment enabled in subnet 'subnet-1': InsufficientFreeAddressesInSubnet.`,
      "no_capacity",
    ],
    [`${service} (task 1) failed container health checks.`, "unhealthy"],
    [`${service} has started 1 tasks: (task 1).`, undefined],
    [`${service} has reached a steady state.`, undefined],
    [`${service} (deployment ecs-svc/1) deployment failed: tasks failed to start.`, undefined],
  ];

  assert.deepEqual(table.map(([message]) => classifyEvent(message)?.code), table.map(([, code]) => code));
});

/** An error as the SDK throws it. */
function awsError(name: string, message: string, httpStatusCode: number | "none" = 400): Error {
  const error = Object.assign(
    new Error(message),
    httpStatusCode === "none" ? {} : { $metadata: { httpStatusCode } },
  );
  error.name = name;
  return error;
}

/** What AWS or the SDK says, and what a person is told: code, exit code, retryable, sentence, next step. */
const ANSWERS: readonly (readonly [Error, string, number, boolean, RegExp, RegExp])[] = [
  [
    awsError("ClientException", "Role is not valid"),
    "permission",
    1,
    false,
    /cannot use a role \(Role is not valid\)/,
    /ecs\.execution_role.*ecs\.task_role/,
  ],
  [
    awsError(
      "InvalidParameterException",
      "Unable to assume the service linked role. Please verify that the ECS service linked role exists.",
    ),
    "permission",
    1,
    false,
    /cannot use a role/,
    /create-service-linked-role/,
  ],
  [
    awsError("CredentialsProviderError", "Could not load credentials from any providers", "none"),
    "aws_credentials",
    2,
    false,
    /there are no AWS credentials/,
    /configure-aws-credentials.*aws sso login.*AWS_PROFILE/,
  ],
  [
    awsError("ExpiredTokenException", "The security token included in the request is expired"),
    "aws_credentials",
    2,
    false,
    /have expired/,
    /sso login/,
  ],
  [
    awsError("UnrecognizedClientException", "The security token included in the request is invalid."),
    "aws_credentials",
    2,
    false,
    /does not accept the credentials/,
    /AWS_PROFILE/,
  ],
  [
    awsError(
      "InvalidSignatureException",
      "Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z",
    ),
    "aws_credentials",
    2,
    false,
    /Signature expired/,
    /clock/,
  ],
  [
    awsError(
      "AccessDeniedException",
      "User: arn:aws:sts::1:assumed-role/ci is not authorized to perform: iam:PassRole on resource: arn:aws:iam::1:role/x because no identity-based policy allows the iam:PassRole action",
    ),
    "permission",
    1,
    false,
    /lack the permission iam:PassRole/,
    /Allow iam:PassRole/,
  ],
  [
    awsError(
      "ClientException",
      "User: arn:aws:sts::1:assumed-role/ci is not authorized to perform: iam:PassRole on resource: arn:aws:iam::1:role/x because no identity-based policy allows the iam:PassRole action",
    ),
    "permission",
    1,
    false,
    /lack the permission iam:PassRole/,
    /Allow iam:PassRole/,
  ],
  [
    // What is no JSON reaches us as a syntax error, with the status beside it.
    awsError("SyntaxError", "Unexpected token '<'", 403),
    "permission",
    1,
    false,
    /lack the permission ecs:CreateService/,
    /Allow ecs:CreateService/,
  ],
  [
    awsError("ClusterNotFoundException", "Cluster not found."),
    "cluster_not_found",
    2,
    false,
    /there is no cluster "previews" in eu-west-1/,
    /ECS_CLUSTER.*AWS_REGION/,
  ],
  [
    awsError("ThrottlingException", "Rate exceeded"),
    "throttled",
    1,
    true,
    /AWS still throttles requests/,
    /again in a minute/,
  ],
  [
    awsError("InvalidParameterException", "The service quota for the number of services is exceeded"),
    "quota",
    1,
    false,
    /the AWS account has reached a quota/,
    /Service Quotas/,
  ],
  [
    awsError(
      "InvalidParameterException",
      "Error retrieving subnet information for [subnet-1]: The subnet ID 'subnet-1' does not exist (ErrorCode: InvalidSubnetID.NotFound)",
    ),
    "network_settings",
    1,
    false,
    /subnet-1/,
    /ecs.subnets.*eu-west-1/,
  ],
  [
    awsError(
      "InvalidParameterException",
      "Error retrieving security group information for [sg-1]: The security group 'sg-1' does not exist (ErrorCode: InvalidGroup.NotFound)",
    ),
    "network_settings",
    1,
    false,
    /sg-1/,
    /ecs.security_groups/,
  ],
  [
    awsError("InvalidParameterException", "Unable to Start a service that is still Draining."),
    "draining",
    1,
    true,
    /still being removed/,
    /few minutes/,
  ],
  [
    awsError("InvalidParameterException", "Creation of service was not idempotent."),
    "already_there",
    1,
    true,
    /another run has created one with that name/,
    /continues from there/,
  ],
  [
    awsError("ClientException", "No Fargate configuration exists for given values: 999 CPU, 7 memory."),
    "unknown_size",
    2,
    false,
    /999 CPU/,
    /environment.sizes/,
  ],
  [
    awsError("TypeError", "error sending request for url: connection refused", "none"),
    "aws_unreachable",
    1,
    true,
    /does not answer in eu-west-1/,
    /AWS_REGION/,
  ],
  [
    awsError("TimeoutError", "Request did not complete within 30000 ms", "none"),
    "aws_unreachable",
    1,
    true,
    /30000 ms/,
    /network/,
  ],
  [
    awsError("ServerException", "Service Unavailable", 503),
    "aws_failed",
    1,
    true,
    /ServerException/,
    /again/,
  ],
  [awsError("ClientException", "Something else", 400), "aws_failed", 1, false, /Something else/, /AWS names/],
];

for (const [error, code, exitCode, retryable, sentence, hint] of ANSWERS) {
  Deno.test(`translateAwsError() says ${code} of ${error.name}: ${error.message.slice(0, 40)}`, () => {
    const translated = translateAwsError(error, {
      action: "Creating the service",
      permission: "ecs:CreateService",
      region: "eu-west-1",
      cluster: "previews",
    });

    assert.ok(translated instanceof AppError);
    assert.deepEqual([translated.code, translated.exitCode, translated.retryable], [
      code,
      exitCode,
      retryable,
    ]);
    assert.match(translated.message, sentence);
    assert.ok(translated.message.startsWith("Creating the service: "), translated.message);
    assert.match(translated.hint ?? "", hint);
  });
}
