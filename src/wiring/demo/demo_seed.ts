import { parseSeed, type Seed } from "../../simulators/github/mod.ts";

/** The title of the pull request that the demo is about. */
export const DEMO_TITLE = "Add charts";

/**
 * Makes the repository of a play: a pull request of the owner, one from a fork, and people with each role. The name and
 * the commits differ from play to play, so that two plays on one engine keep their containers apart.
 */
export function makeDemoSeed(pr: number): Seed {
  const first = makeSha();
  const repo = `showtime/demo-${first.slice(0, 7)}`;
  return parseSeed({
    repository: repo,
    token_owner: "maxime",
    collaborators: { maxime: "admin", ana: "write", tri: "triage", rando: "read" },
    labels: [{ name: "bug", color: "d73a4a", description: "Something is wrong" }],
    pulls: [
      { number: pr, title: DEMO_TITLE, author: "maxime", head: { sha: first, ref: "charts", repo } },
      {
        number: pr + 1,
        title: "Faster dashboards",
        author: "rando",
        head: { sha: makeSha(), ref: "faster", repo: `rando/${repo.split("/")[1]}` },
      },
    ],
  });
}

/** Returns the hash of a commit that does not exist anywhere, 40 hex digits. */
export function makeSha(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(20)), (byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}
