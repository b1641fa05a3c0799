import { AppError } from "../../../lib/errors.ts";
import type { RegistryLogin } from "../../../environments/ports/images.ts";
import { Ecr } from "./ecr.ts";
import { requireEcrAddress } from "./ecr_address.ts";

/** The options of {@link makeEcrLogin}. */
export interface EcrLoginOptions {
  /** An image or a repository of the registry. */
  readonly image: string;
  /** Receives every secret before the secret is used. */
  readonly keepSecret: (value: string) => void;
}

const RIGHTS = [
  "ecr:BatchCheckLayerAvailability",
  "ecr:InitiateLayerUpload",
  "ecr:UploadLayerPart",
  "ecr:CompleteLayerUpload",
  "ecr:BatchGetImage",
  "ecr:GetDownloadUrlForLayer",
  "ecr:PutImage",
];

/**
 * Makes a function that gets a login to ECR from AWS, a new one on each call. A login is valid for 12 hours.
 */
export function makeEcrLogin(options: EcrLoginOptions): (signal: AbortSignal) => Promise<RegistryLogin> {
  const ecr = new Ecr(requireEcrAddress(options.image));
  return async (signal) => {
    const token = await (await ecr.calls).authorizationToken(signal);
    // The docker command's own files hold name and password together, in the form that AWS sends.
    options.keepSecret(token);
    const { username, password } = decodeToken(token, ecr.address.host);
    options.keepSecret(password);
    return {
      registry: ecr.address.host,
      username,
      password,
      hint: `Allow these for the AWS credentials, or in the repository's own policy: ${RIGHTS.join(", ")}`,
    };
  };
}

/**
 * Decodes a name and a password from the token that AWS sends. Throws AppError `aws_failed`, without showing
 * the token, if it cannot be decoded.
 */
export function decodeToken(token: string, host: string): { username: string; password: string } {
  const text = fromBase64(token) ?? "";
  const colon = text.indexOf(":");
  if (colon > 0 && colon < text.length - 1) {
    return { username: text.slice(0, colon), password: text.slice(colon + 1) };
  }
  throw new AppError(
    "aws_failed",
    `Logging in to ECR at ${host}: AWS answers with a token that cannot be read`,
    {
      hint: "Run the command again; check what AWS_ENDPOINT_URL points to",
    },
  );
}

function fromBase64(text: string): string | undefined {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)));
  } catch {
    return undefined;
  }
}
