import { AppError } from "../../../lib/errors.ts";
import type { DockerCli } from "../docker_cli.ts";
import { IMAGE_MARK } from "../labels.ts";

/**
 * Removes untagged images that Showtime built, that carry all of `labels`, and that no container uses: a
 * later build has taken their tag, or they never got one. A refusal of the engine is no failure, since the
 * next build tries again.
 */
export async function removeReplaced(
  docker: DockerCli,
  labels: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  const action = "Removing replaced images";
  const wanted = Object.entries({ showtime_managed: IMAGE_MARK, ...labels });
  const filters = wanted.flatMap(([key, value]) => ["--filter", `label=${key}=${value}`]);
  try {
    const listed = await docker.must(
      ["image", "ls", "--quiet", "--no-trunc", "--filter", "dangling=true", ...filters],
      { action },
      signal,
    );
    const ids = [...new Set(listed.stdout.split("\n").map((line) => line.trim()).filter((id) => id !== ""))];
    // Without force: the engine keeps images that a container uses.
    if (ids.length > 0) await docker.run(["image", "rm", ...ids], { action }, signal);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
}
