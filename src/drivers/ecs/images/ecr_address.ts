import { parseImageReference } from "../../../lib/image/image_reference.ts";
import { usageError } from "../../../lib/errors.ts";

/** A repository in ECR. Its address contains the account and the region. */
export interface EcrAddress {
  /** The registry's host, in the form that `docker login` takes. */
  readonly host: string;
  /** The AWS account, which is the registry's id. */
  readonly account: string;
  readonly region: string;
  /** The repository's name within the registry, such as `team/app`. */
  readonly repository: string;
}

/**
 * Matches hosts in AWS's own domains only, because a host that passes for ECR is sent a password. The second
 * kind of host also answers over IPv6.
 */
const HOST =
  /^(\d{12})\.(?:dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com|amazonaws\.com\.cn|amazonaws\.eu|c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)|dkr-ecr(?:-fips)?\.([a-z0-9-]+)\.on\.(?:aws|amazonwebservices\.com\.cn))$/;

/** Parses the address of an image or repository in ECR; returns undefined for one in another registry. */
export function parseEcrAddress(image: string): EcrAddress | undefined {
  const reference = parseImageReference(image);
  const match = reference === undefined ? null : HOST.exec(reference.host);
  const [, account, usual, dualStack] = match ?? [];
  const region = usual ?? dualStack;
  if (reference === undefined || account === undefined || region === undefined) return undefined;
  return { host: reference.host, account, region, repository: reference.path };
}

/**
 * Parses the address of an image that must be in ECR. Throws AppError `bad_image` (exit code 2) if it is not.
 */
export function requireEcrAddress(image: string): EcrAddress {
  const address = parseEcrAddress(image);
  if (address !== undefined) return address;
  throw usageError(
    "bad_image",
    `Reading build.image: "${image}" is not in ECR`,
    "Write ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME, where the account has 12 digits",
  );
}
