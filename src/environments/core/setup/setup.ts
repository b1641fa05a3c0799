import { parseImageReference } from "../../../lib/image/image_reference.ts";
import type { ReleasePin } from "../../../lib/workflows/steps.ts";
import type { PlatformKind } from "../environment/environment.ts";

/** The repository in which Showtime itself is released, `owner/name`. */
export const HOME_REPOSITORY = "showtime-previews/showtime";

/** The settings that say where on AWS environments run. */
export interface AwsSettings {
  /** 12 digits, or a placeholder if the account is not known. */
  readonly account: string;
  readonly region: string;
  readonly cluster: string;
  /** The application's container in the task definition. */
  readonly container: string;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly logGroup: string;
  /** ARN of the role that pulls the image and writes the log. */
  readonly executionRole: string;
  /** ARN of the application's own role; undefined if it has none. */
  readonly taskRole: string | undefined;
  /** Whether a command runs before the end of environments, as a task of its own. */
  readonly runsBeforeStop: boolean;
  /** Whether the newest requests of environments are looked up. */
  readonly countsRequests?: boolean | undefined;
  /** Name of the repository in ECR; undefined if the images are elsewhere. */
  readonly ecrRepository: string | undefined;
  /** ARN of the load balancer's listener; undefined without a load balancer. */
  readonly listener?: string | undefined;
}

/** The facts that all files are rendered from. */
export interface Setup {
  /** `owner/name`. */
  readonly repo: string;
  readonly defaultBranch: string;
  readonly platform: PlatformKind;
  /** Whether pull requests from forks get environments too. */
  readonly forks: boolean;
  /** Repository of the images, without a tag; undefined if they stay on the engine that builds them. */
  readonly image: string | undefined;
  /** The port that the application listens on. */
  readonly port: number;
  /** Whether workflows use the access keys of a user on AWS, instead of a role by OIDC. */
  readonly accessKeys: boolean;
  /** Undefined unless the platform is ecs. */
  readonly aws: AwsSettings | undefined;
  /** The commit status that Showtime writes; undefined if it writes none. `required`: on every head. */
  readonly status?: { readonly required: boolean } | undefined;
  readonly release: ReleasePin;
}

/**
 * Returns the kind of registry that images are pushed to, by how one logs in to it; `none` for the local
 * engine.
 */
export function imageHome(
  { platform, image }: Pick<Setup, "platform" | "image">,
): "none" | "ecr" | "ghcr" | "docker_hub" | "other" {
  if (image === undefined || platform === "docker") return "none";
  const host = parseImageReference(image)?.host ?? "";
  if (/\.dkr[.-]ecr[.-]/.test(host)) return "ecr";
  if (host === "ghcr.io") return "ghcr";
  return host === "docker.io" ? "docker_hub" : "other";
}

/** Returns the ARN of the role that the workflows assume. The role is named for the repository. */
export function roleArn({ repo, aws }: Setup): string {
  const name = `showtime-${repo.split("/")[1] ?? ""}`.slice(0, 64);
  return `arn:${partitionOf(aws?.region ?? "")}:iam::${aws?.account ?? ""}:role/${name}`;
}

/** Returns the partition of AWS that a region belongs to. It is the first part of an ARN. */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
