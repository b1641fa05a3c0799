import { parseSeed } from "./parse_seed.ts";
import type { Seed } from "./seed.ts";

/** Makes a small repository with three open pull requests, for trying things out without a seed file. */
export function defaultSeed(): Seed {
  return parseSeed({
    repository: "apache/superset",
    token_owner: "maxime",
    tokens: {
      "ana-token": "ana",
      "tri-token": "tri",
      "rando-token": "rando",
      "actions-token": "github-actions[bot]",
    },
    collaborators: { maxime: "admin", ana: "write", tri: "triage", rando: "read" },
    labels: [{ name: "bug", color: "d73a4a", description: "Something is wrong" }],
    pulls: [
      {
        number: 1234,
        title: "Add charts",
        author: "maxime",
        head: { sha: "abc123f000000000000000000000000000000000", ref: "charts", repo: "apache/superset" },
        labels: ["bug"],
      },
      {
        number: 1235,
        title: "Faster dashboards",
        author: "rando",
        head: { sha: "def456a000000000000000000000000000000000", ref: "faster", repo: "rando/superset" },
      },
      {
        number: 1236,
        title: "Update a dependency",
        author: "dependabot[bot]",
        head: { sha: "0badcafe00000000000000000000000000000000", ref: "deps", repo: "apache/superset" },
      },
    ],
    runs: [
      { id: 101, run_attempt: 1, status: "in_progress" },
      {
        id: 102,
        status: "completed",
        head_sha: "def456a000000000000000000000000000000000",
        head_branch: "faster",
        head_repository: "rando/superset",
      },
    ],
  });
}
