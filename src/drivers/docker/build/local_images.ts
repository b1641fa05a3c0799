import { parseImageTag } from "../../../environments/core/environment/names.ts";
import { readImageOwner } from "../../../environments/core/environment/image_owner.ts";
import type { OwnerMarks } from "../../../environments/core/environment/ownership.ts";
import { splitImage } from "../../../lib/image/image_reference.ts";
import { AppError } from "../../../lib/errors.ts";
import type { ImageRemoval, StoredImage } from "../../../environments/ports/images.ts";
import type { DockerCli } from "../docker_cli.ts";
import { IMAGE_MARK } from "../labels.ts";
import { lastWords } from "../errors.ts";

const ABSENT = /no such image/i;
const IN_USE = /conflict|is being used|is using|must force|must be forced/i;
/** Whether a name is the id of an image, which stands for an image without a tag. */
export function isImageId(image: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(image);
}

/** Whether the local engine has an image with that tag. */
export async function localExists(docker: DockerCli, image: string, signal: AbortSignal): Promise<boolean> {
  return await inspect(docker, { image, format: "{{.Id}}" }, signal) !== undefined;
}

/** Reads the marks of an image's owner; undefined if the local engine has no image of that name. */
export async function localOwner(
  docker: DockerCli,
  image: string,
  signal: AbortSignal,
): Promise<OwnerMarks | undefined> {
  const labels = await inspect(docker, { image, format: "{{json .Config.Labels}}" }, signal);
  return labels === undefined ? undefined : readImageOwner(parseJson(labels));
}

async function inspect(
  docker: DockerCli,
  { image, format }: { readonly image: string; readonly format: string },
  signal: AbortSignal,
): Promise<string | undefined> {
  const action = `Looking for the image "${image}"`;
  const result = await docker.run(["image", "inspect", "--format", format, image], { action }, signal);
  if (result.code === 0) return result.stdout.trim();
  if (ABSENT.test(result.stderr)) return undefined;
  throw new AppError("engine_failed", `${action}: ${lastWords(result.stderr)}`);
}

/** Removes the tag from the local engine, and the image too if no other tag is left; never by force. */
export async function localRemove(
  docker: DockerCli,
  image: string,
  signal: AbortSignal,
): Promise<ImageRemoval> {
  const action = `Removing the image "${image}"`;
  if (isImageId(image)) {
    // A tag that it got meanwhile would go with it.
    const tags = await inspect(docker, { image, format: "{{json .RepoTags}}" }, signal);
    if (tags === undefined) return { kind: "absent" };
    if (tags !== "[]" && tags !== "null") return { kind: "kept", reason: "it has a tag by now" };
  }
  const result = await docker.run(["image", "rm", image], { action }, signal);
  if (result.code === 0) return { kind: "removed" };
  if (ABSENT.test(result.stderr)) return { kind: "absent" };
  const reason = lastWords(result.stderr);
  if (IN_USE.test(result.stderr)) {
    return { kind: "kept", reason: `the local engine still uses it: ${reason}` };
  }
  return { kind: "kept", reason: `the local engine refused: ${reason}` };
}

/**
 * Lists the images of the local engine whose tags match the pattern: those of the configured name, and those
 * that Showtime labelled. A renamed GitHub repository has left images under its former name.
 */
export async function localList(
  docker: DockerCli,
  config: { readonly image: string; readonly tag: string },
  signal: AbortSignal,
): Promise<readonly StoredImage[]> {
  const action = "Listing images";
  const ls = ["image", "ls", "--format", "{{.Repository}}:{{.Tag}}"];
  const labelled = [`showtime_managed=${IMAGE_MARK}`, "showtime_repo_id"].flatMap((label) => [
    "--filter",
    `label=${label}`,
  ]);
  const named = await docker.must([...ls, config.image], { action }, signal);
  const marked = await docker.must([...ls, ...labelled], { action }, signal);
  const names = new Set(
    [named, marked].flatMap(({ stdout }) => stdout.split("\n").map((line) => line.trim())),
  );
  const matching = [...names]
    .filter((image) => parseImageTag(config.tag, splitImage(image).tag ?? "") !== undefined);
  if (matching.length === 0) return [];
  // The age of the tag counts as well: a build from the cache puts a new tag on an old image.
  const format = "{{.Created}} {{json .Metadata.LastTagTime}} {{json .Config.Labels}}";
  return await Promise.all(matching.map(async (image) => {
    const result = await docker.run(["image", "inspect", "--format", format, image], { action }, signal);
    // An image that cannot be read has no known age, so cleanup keeps it.
    const [, created = "", tagged = "", labels = ""] = /^(\S+) (\S+) (.*)$/.exec(result.stdout.trim()) ?? [];
    const times = [created, tagged].map((text) => Date.parse(text.replaceAll('"', ""))).filter((time) =>
      time > 0
    );
    const { repo, repoId } = readImageOwner(parseJson(labels));
    return {
      image,
      createdAt: result.code === 0 && times.length > 0 ? Math.max(...times) : undefined,
      builtFor: repo,
      builtForId: repoId,
    };
  }));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
