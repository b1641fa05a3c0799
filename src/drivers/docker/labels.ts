import type { DeployedSettings, Flags } from "../../environments/core/environment/environment.ts";
import type { BuildRequest } from "../../environments/ports/images.ts";
import type { DeploySpec } from "../../environments/ports/platform.ts";
import { formatRoute, type Route } from "./route/route.ts";

/**
 * Returns the labels that mark a container as Showtime's and record the deployment. A label without a value
 * is set to the empty string: if it were left out, the container would inherit it from the image, which the
 * pull request controls.
 */
export function containerLabels(spec: DeploySpec, route?: Route): Readonly<Record<string, string>> {
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
    showtime_repo_id: spec.repoId === undefined ? "" : String(spec.repoId),
    showtime_size: settings.size,
    showtime_flags: JSON.stringify(settings.flags),
    showtime_login: settings.login ?? "",
    showtime_url: settings.url ?? "",
    showtime_route: route === undefined ? "" : formatRoute(route),
    showtime_image: spec.image,
  };
}

/** The value of `showtime_managed` on built images; not a container's `true`, since containers inherit it. */
export const IMAGE_MARK = "image";

/** Returns the labels that mark an image as Showtime's and record the pull request that it was built for. */
export function imageLabels(
  request: Pick<BuildRequest, "repo" | "repoId" | "pr" | "sha" | "image">,
): Readonly<Record<string, string>> {
  return {
    showtime_managed: IMAGE_MARK,
    showtime_repo: request.repo,
    // Without an id the label is empty: otherwise the image would inherit the one of its base image.
    showtime_repo_id: request.repoId === undefined ? "" : String(request.repoId),
    pr: String(request.pr),
    sha: request.sha,
    showtime_image: request.image,
  };
}

/** Reads the deployed settings from labels; a missing label reads as empty. */
export function readSettings(labels: Readonly<Record<string, string>>): DeployedSettings {
  return {
    size: labels["showtime_size"] ?? "",
    flags: readFlags(labels["showtime_flags"] ?? ""),
    login: labels["showtime_login"] || undefined,
    ...(labels["showtime_url"] ? { url: labels["showtime_url"] } : {}),
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
