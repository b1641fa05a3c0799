import { parseImageReference } from "../../../lib/image_reference.ts";
import type { PlatformKind } from "../environment/environment.ts";

/** The repository in which Showtime itself is released, `owner/name`. */
export const HOME_REPOSITORY = "showtime-previews/showtime";

/** The release's file for the machines that workflows run on. */
export const RUNNER_FILE = "showtime-x86_64-unknown-linux-gnu";

/** The release that workflows install. */
export interface ReleasePin {
  /** As `1.2.3`. */
  readonly version: string;
  /** Where its files are, without a slash at the end. */
  readonly url: string;
  /** SHA-256 of {@link RUNNER_FILE} in lower-case hex; undefined where nobody could tell it. */
  readonly sha256: string | undefined;
}

/** Where on AWS environments run. */
export interface AwsSettings {
  /** 12 digits, or a word to be replaced where it is not known. */
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
  /** ARN of the application's own role; undefined: it has none. */
  readonly taskRole: string | undefined;
  /** Name of the repository in ECR; undefined where the images are elsewhere. */
  readonly ecrRepository: string | undefined;
}

/** Everything that the files are rendered from. */
export interface Setup {
  /** `owner/name`. */
  readonly repo: string;
  readonly defaultBranch: string;
  readonly platform: PlatformKind;
  /** Whether pull requests from forks get environments too. */
  readonly forks: boolean;
  /** Repository of the images, without a tag; undefined: they stay on the engine that builds them. */
  readonly image: string | undefined;
  /** The port that the application listens on. */
  readonly port: number;
  /** Undefined where the platform is not ecs. */
  readonly aws: AwsSettings | undefined;
  readonly release: ReleasePin;
}

/** Which registry images are pushed to, as far as logging in to it differs; on the local engine they are not. */
export function imageHome(
  { platform, image }: Pick<Setup, "platform" | "image">,
): "none" | "ecr" | "ghcr" | "docker_hub" | "other" {
  if (image === undefined || platform === "docker") return "none";
  const host = parseImageReference(image)?.host ?? "";
  if (/\.dkr[.-]ecr[.-]/.test(host)) return "ecr";
  if (host === "ghcr.io") return "ghcr";
  return host === "docker.io" ? "docker_hub" : "other";
}

/** The role that the workflows take on: it is named for the repository. */
export function roleArn({ repo, aws }: Setup): string {
  const name = `showtime-${repo.split("/")[1] ?? ""}`.slice(0, 64);
  return `arn:${partitionOf(aws?.region ?? "")}:iam::${aws?.account ?? ""}:role/${name}`;
}

/** The part of AWS that a region belongs to: ARNs begin with it. */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
