import { parseImageTag } from "../../../environments/core/environment/names.ts";
import { splitImage } from "../../../lib/image_reference.ts";
import { AppError } from "../../../lib/errors.ts";
import type { ImageRemoval, StoredImage } from "../../../environments/ports/images.ts";
import type { DockerCli } from "../docker_cli.ts";
import { lastWords } from "../errors.ts";
import { IMAGE_MARK } from "../labels.ts";
import { removeReplaced } from "./replaced_images.ts";

const ABSENT = /no such image/i;
const IN_USE = /conflict|is being used|is using|must force|must be forced/i;

/** Whether the local engine has an image with that tag. */
export async function localExists(docker: DockerCli, image: string, signal: AbortSignal): Promise<boolean> {
  const action = `Looking for the image "${image}"`;
  const result = await docker.run(["image", "inspect", "--format", "{{.Id}}", image], { action }, signal);
  if (result.code !== 0 && !ABSENT.test(result.stderr)) {
    throw new AppError("engine_failed", `${action}: ${lastWords(result.stderr)}`);
  }
  return result.code === 0;
}

/**
 * Removes the tag from the local engine, and the image too if no other tag is left; never by force. Untagged
 * images that builds of that tag left are removed as well.
 */
export async function localRemove(
  docker: DockerCli,
  image: string,
  signal: AbortSignal,
): Promise<ImageRemoval> {
  const action = `Removing the image "${image}"`;
  const result = await docker.run(["image", "rm", image], { action }, signal);
  await removeReplaced(docker, { showtime_image: image }, signal);
  if (result.code === 0) return { kind: "removed" };
  if (ABSENT.test(result.stderr)) return { kind: "absent" };
  const reason = lastWords(result.stderr);
  if (IN_USE.test(result.stderr)) {
    return { kind: "kept", reason: `the local engine still uses it: ${reason}` };
  }
  return { kind: "kept", reason: `the local engine refused: ${reason}` };
}

/** Lists the images of the local engine whose tags match the pattern. */
export async function localList(
  docker: DockerCli,
  config: { readonly image: string; readonly tag: string },
  signal: AbortSignal,
): Promise<readonly StoredImage[]> {
  const action = "Listing images";
  const listed = await docker.must(["image", "ls", "--format", "{{.Repository}}:{{.Tag}}", config.image], {
    action,
  }, signal);
  const matching = listed.stdout.split("\n").map((line) => line.trim())
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
    return {
      image,
      createdAt: result.code === 0 && times.length > 0 ? Math.max(...times) : undefined,
      builtFor: readBuiltFor(labels),
    };
  }));
}

/** Reads the repository that an image was built for from JSON labels; undefined without Showtime's mark. */
function readBuiltFor(text: string): string | undefined {
  const labels = parseJson(text);
  if (typeof labels !== "object" || labels === null) return undefined;
  const repo: unknown = Reflect.get(labels, "showtime_repo");
  return Reflect.get(labels, "showtime_managed") === IMAGE_MARK && typeof repo === "string"
    ? repo
    : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
