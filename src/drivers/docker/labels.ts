import type { DeployedSettings, Flags } from "../../environments/core/environment/environment.ts";
import type { BuildRequest } from "../../environments/ports/images.ts";
import type { DeploySpec } from "../../environments/ports/platform.ts";

/**
 * The labels that make a container ours and keep what was deployed. Each is always there, empty where there is nothing to
 * say: one that were left out would be inherited from the image, which is the pull request's.
 */
export function containerLabels(spec: DeploySpec): Readonly<Record<string, string>> {
  const { settings } = spec;
  return {
    showtime_managed: "true",
    pr: String(spec.pr),
    sha: spec.sha,
    github_user: spec.requestedBy ?? "",
    showtime_created: String(Math.floor(spec.createdAt / 1000)),
    showtime_expires: spec.expiresAt === undefined ? "" : String(Math.floor(spec.expiresAt / 1000)),
    showtime_epoch: String(spec.epoch),
    showtime_repo: spec.repo,
    showtime_size: settings.size,
    showtime_flags: JSON.stringify(settings.flags),
    showtime_login: settings.login ?? "",
    showtime_image: spec.image,
  };
}

/** Says of an image that Showtime built it. Not `true`: a container inherits it, and is not ours for that. */
export const IMAGE_MARK = "image";

/** The labels that make an image ours and say what it was built for. */
export function imageLabels(
  request: Pick<BuildRequest, "repo" | "pr" | "sha" | "image">,
): Readonly<Record<string, string>> {
  return {
    showtime_managed: IMAGE_MARK,
    showtime_repo: request.repo,
    pr: String(request.pr),
    sha: request.sha,
    showtime_image: request.image,
  };
}

/** What labels say was deployed; what is missing reads as the smallest that can be said. */
export function readSettings(labels: Readonly<Record<string, string>>): DeployedSettings {
  return {
    size: labels["showtime_size"] ?? "",
    flags: readFlags(labels["showtime_flags"] ?? ""),
    login: labels["showtime_login"] || undefined,
  };
}

function readFlags(text: string): Flags {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return {};
    return Object.fromEntries(Object.entries(value).map(([name, on]) => [name, on === true]));
  } catch {
    return {};
  }
}
