import { judgeOwner, type RepositoryIdentity } from "../../../environments/core/environment/ownership.ts";
import { readImageOwner } from "../../../environments/core/environment/image_owner.ts";
import type { StoredImage } from "../../../environments/ports/images.ts";
import { parsePrNumber, type PrNumber } from "../../../lib/ids.ts";
import { AppError } from "../../../lib/errors.ts";
import type { DockerCli } from "../docker_cli.ts";
import { IMAGE_MARK } from "../labels.ts";

/** An image without a tag that carries Showtime's labels: a build that was ended left it, or a later one took its tag. */
export type UntaggedImage = StoredImage & { readonly untaggedOf: PrNumber };

const FORMAT = "{{.Id}} {{.Created}} {{json .Config.Labels}}";

/**
 * Removes images without a tag that Showtime built for a pull request and that no container uses. A refusal of
 * the engine is no failure, since the next build and each cleanup try again.
 */
export async function removeReplaced(
  docker: DockerCli,
  of: RepositoryIdentity & { readonly pr: PrNumber },
  signal: AbortSignal,
): Promise<void> {
  try {
    const ids = (await findUntagged(docker, [`pr=${of.pr}`], signal))
      .filter((each) => judgeOwner({ repo: each.builtFor, repoId: each.builtForId }, of) === "own")
      .map(({ image }) => image);
    // Without force: the engine keeps images that a container uses.
    if (ids.length > 0) {
      await docker.run(["image", "rm", ...ids], { action: "Removing replaced images" }, signal);
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
}

/** Lists Showtime's images without a tag that no container uses. */
export async function listUntagged(
  docker: DockerCli,
  signal: AbortSignal,
): Promise<readonly UntaggedImage[]> {
  const unused: UntaggedImage[] = [];
  for (const each of await findUntagged(docker, [], signal)) {
    const users = await docker.must(
      ["ps", "--all", "--quiet", "--filter", `ancestor=${each.image}`],
      { action: "Listing the containers of an image" },
      signal,
    );
    if (users.stdout.trim() === "") unused.push(each);
  }
  return unused;
}

async function findUntagged(
  docker: DockerCli,
  labels: readonly string[],
  signal: AbortSignal,
): Promise<readonly UntaggedImage[]> {
  const action = "Listing images without a tag";
  const filters = [`showtime_managed=${IMAGE_MARK}`, ...labels].flatMap((label) => [
    "--filter",
    `label=${label}`,
  ]);
  const listed = await docker.must(
    ["image", "ls", "--quiet", "--no-trunc", "--filter", "dangling=true", ...filters],
    { action },
    signal,
  );
  const ids = [...new Set(listed.stdout.split("\n").map((line) => line.trim()).filter((id) => id !== ""))];
  if (ids.length === 0) return [];
  // An image that another run has just removed is missing from the output; the exit code says no more.
  const described = await docker.run(["image", "inspect", "--format", FORMAT, ...ids], { action }, signal);
  return described.stdout.split("\n").flatMap((line) => readUntagged(line) ?? []);
}

function readUntagged(line: string): UntaggedImage | undefined {
  const [, image, created = "", text = ""] = /^(\S+) (\S+) (\{.*\})$/.exec(line.trim()) ?? [];
  if (image === undefined) return undefined;
  const labels: Readonly<Record<string, unknown>> = JSON.parse(text);
  const pr = parsePrNumber(String(labels["pr"] ?? ""));
  if (pr === undefined || labels["showtime_managed"] !== IMAGE_MARK) return undefined;
  const { repo, repoId } = readImageOwner(labels);
  const at = Date.parse(created);
  return {
    image,
    untaggedOf: pr,
    createdAt: at > 0 ? at : undefined,
    builtFor: repo,
    builtForId: repoId,
  };
}
