import { parseImageReference } from "../../../lib/image_reference.ts";
import { usageError } from "../../../lib/errors.ts";

/** A repository in ECR. The address itself says where it is: in which account, and in which region. */
export interface EcrAddress {
  /** The registry's host, as `docker login` wants it. */
  readonly host: string;
  /** The AWS account, which is the registry's id. */
  readonly account: string;
  readonly region: string;
  /** The repository's name within the registry, `team/app`. */
  readonly repository: string;
}

/**
 * AWS's own domains and no others: whoever is taken for ECR is sent a password. The second kind of host is the one that
 * answers over IPv6 too.
 */
const HOST =
  /^(\d{12})\.(?:dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com|amazonaws\.com\.cn|amazonaws\.eu|c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)|dkr-ecr(?:-fips)?\.([a-z0-9-]+)\.on\.(?:aws|amazonwebservices\.com\.cn))$/;

/** Reads where in ECR an image or a repository is; undefined for one that is elsewhere. */
export function parseEcrAddress(image: string): EcrAddress | undefined {
  const reference = parseImageReference(image);
  const match = reference === undefined ? null : HOST.exec(reference.host);
  const [, account, usual, dualStack] = match ?? [];
  const region = usual ?? dualStack;
  if (reference === undefined || account === undefined || region === undefined) return undefined;
  return { host: reference.host, account, region, repository: reference.path };
}

/** The same where the image has to be in ECR; throws AppError `bad_image` (exit code 2). */
export function requireEcrAddress(image: string): EcrAddress {
  const address = parseEcrAddress(image);
  if (address !== undefined) return address;
  throw usageError(
    "bad_image",
    `Reading build.image: "${image}" is not in ECR`,
    "It reads ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME, the account being 12 digits",
  );
}
