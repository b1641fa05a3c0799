import { AppError, EXIT } from "../../lib/errors.ts";
import { stripControls } from "../../lib/sanitize.ts";
import { explainBalancing } from "./balancing_errors.ts";
import { CERTIFICATE_HINT, isUntrustedCertificate } from "../../lib/untrusted_certificate.ts";

/** An attempted call, described for the message of its failure. */
export interface Attempt {
  /** The start of the message, such as `Creating the service "pr-1-abc123f-service"`. */
  readonly action: string;
  /** The IAM action that the call needs, such as `ecs:CreateService`. */
  readonly permission: string;
  readonly region: string;
  /** The cluster that the call names; undefined if it names none. */
  readonly cluster?: string | undefined;
}

const EXPIRED = ["ExpiredToken", "ExpiredTokenException", "RequestExpired"];
const UNKNOWN_KEY = [
  "UnrecognizedClientException",
  "InvalidClientTokenId",
  "AuthFailure",
  "InvalidSignatureException",
  "SignatureDoesNotMatch",
  "IncompleteSignature",
  "MissingAuthenticationToken",
];
const DENIED = ["AccessDeniedException", "AccessDenied", "UnauthorizedOperation"];
const THROTTLED = [
  "ThrottlingException",
  "Throttling",
  "TooManyRequestsException",
  "RequestLimitExceeded",
  "RequestThrottled",
  "SlowDown",
];
const QUOTA = ["LimitExceededException", "ServiceQuotaExceededException", "ResourceLimitExceeded"];
const CREDENTIALS_HINT =
  "In Actions, run aws-actions/configure-aws-credentials first; on a laptop, run `aws sso login` or `aws configure`, or set AWS_PROFILE";

/** Returns the name that AWS gives a failure; empty if the value is not an Error. */
export function awsErrorName(error: unknown): string {
  return error instanceof Error ? error.name : "";
}

/** Returns the message of a failure on one line, cut at 400 characters. */
export function awsErrorMessage(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const line = stripControls(text.replace(/\s+/g, " ")).trim();
  return line.length > 400 ? `${line.slice(0, 400)}…` : line;
}

/** Translates a failure of an AWS call into an AppError. The tests list each known answer of AWS. */
export function translateAwsError(error: unknown, attempt: Attempt): AppError {
  if (error instanceof AppError) return error;
  const { action, region, cluster } = attempt;
  const name = awsErrorName(error);
  const message = awsErrorMessage(error);
  const status = httpStatus(error);
  const fail = (code: string, state: string, more: { hint: string; retryable?: boolean; usage?: boolean }) =>
    new AppError(code, `${action}: ${state}`, {
      hint: more.hint,
      cause: error,
      ...(more.retryable === undefined ? {} : { retryable: more.retryable }),
      ...(more.usage === true ? { exitCode: EXIT.usage } : {}),
    });
  if (isUntrustedCertificate(error)) {
    return fail("certificate_untrusted", `the certificate that answers for AWS is not trusted (${message})`, {
      hint: CERTIFICATE_HINT,
    });
  }
  if (/CredentialsProviderError|CredentialsError|TokenProviderError/.test(name)) {
    return fail("aws_credentials", `there are no AWS credentials (${message})`, {
      hint: CREDENTIALS_HINT,
      usage: true,
    });
  }
  if (EXPIRED.includes(name)) {
    return fail("aws_credentials", "the AWS credentials have expired", {
      hint: CREDENTIALS_HINT,
      usage: true,
    });
  }
  if (UNKNOWN_KEY.includes(name)) {
    const clock = /signature (expired|not yet current)/i.test(message);
    return fail("aws_credentials", `AWS does not accept the credentials (${message})`, {
      hint: clock ? "Correct this machine's clock: a signature is valid for minutes only" : CREDENTIALS_HINT,
      usage: true,
    });
  }
  if (THROTTLED.includes(name) || status === 429) {
    return fail(
      "throttled",
      "AWS still throttles requests after several attempts",
      {
        hint: "Run the command again in a minute; run fewer commands at the same time",
        retryable: true,
      },
    );
  }
  const missing = deniedAction(error, attempt.permission);
  if (missing !== undefined) {
    return fail("permission", `the AWS credentials lack the permission ${missing}`, {
      hint: `Allow ${missing} in the policy of the role or user; docs/aws.md has the whole policy`,
    });
  }
  if (name === "ClusterNotFoundException") {
    return fail("cluster_not_found", `there is no cluster "${cluster ?? ""}" in ${region}`, {
      hint: "Check ecs.cluster (ECS_CLUSTER) and the region (AWS_REGION)",
      usage: true,
    });
  }
  const balancing = explainBalancing(name);
  if (balancing !== undefined) return fail(balancing.code, `${balancing.state} (${message})`, balancing);
  if (
    QUOTA.includes(name) ||
    /service quota|reached the (limit|maximum)|limit exceeded|maximum number of/i.test(message)
  ) {
    return fail("quota", `the AWS account has reached a quota (${message})`, {
      hint: 'Remove environments ("showtime cleanup"), or raise the quota in Service Quotas',
    });
  }
  if (status === undefined || /timeout/i.test(name)) {
    return fail("aws_unreachable", `AWS does not answer in ${region} (${message})`, {
      hint: "Check the network, AWS_REGION and AWS_ENDPOINT_URL",
      retryable: true,
    });
  }
  return classifyRefusal(message) ?? fail("aws_failed", `AWS answered ${name} (${message})`, {
    hint: status >= 500 ? "Run the command again" : "Fix what AWS names",
    retryable: status >= 500,
  });

  /** Classifies the refusals that ECS reports only in the message of a general error. */
  function classifyRefusal(text: string): AppError | undefined {
    if (/InvalidSubnet|InvalidGroup|InvalidSecurityGroup|subnet|security ?group/i.test(text)) {
      return fail("network_settings", `AWS rejects the network settings (${text})`, {
        hint: `Check ecs.subnets and ecs.security_groups: all of them must exist in ${region}, in one VPC`,
      });
    }
    if (/still draining/i.test(text)) {
      return fail("draining", "an earlier service with that name is still being removed", {
        hint: "Run the command again in a few minutes",
        retryable: true,
      });
    }
    if (/not idempotent/i.test(text)) {
      return fail("already_there", "another run has created one with that name in the meantime", {
        hint: "Run the command again: it continues from there",
        retryable: true,
      });
    }
    if (/role is not valid|service.linked role/i.test(text)) {
      return fail("permission", `ECS cannot use a role (${text})`, {
        hint: /linked/i.test(text)
          ? "Create it once for the account: aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com"
          : "Check that ecs.execution_role and ecs.task_role exist in this account and trust ecs-tasks.amazonaws.com",
      });
    }
    if (/no fargate configuration exists/i.test(text)) {
      return fail("unknown_size", `Fargate does not offer this size (${text})`, {
        hint: "In environment.sizes, choose a pair of cpu and memory that Fargate offers",
        usage: true,
      });
    }
    return undefined;
  }
}

/**
 * Returns the IAM action that AWS denies, or `permission` if AWS names no action; undefined if the failure is
 * not a denial. When the caller may not pass a role to ECS, ECS says so only in the message of a general
 * error.
 */
export function deniedAction(error: unknown, permission: string): string | undefined {
  const named = /not authorized to perform: ([a-z0-9-]+:[A-Za-z*]+)/.exec(awsErrorMessage(error))?.[1];
  const denied = DENIED.includes(awsErrorName(error)) || httpStatus(error) === 403;
  return named ?? (denied ? permission : undefined);
}

function httpStatus(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null || !("$metadata" in error)) return undefined;
  const metadata = error.$metadata;
  if (typeof metadata !== "object" || metadata === null || !("httpStatusCode" in metadata)) return undefined;
  return typeof metadata.httpStatusCode === "number" ? metadata.httpStatusCode : undefined;
}
