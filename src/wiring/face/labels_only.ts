import type { ListPorts } from "../../environments/app/show/list_environments.ts";
import { sameLabelName } from "../../environments/core/labels/mod.ts";
import type { PullSummary } from "../../environments/ports/forge.ts";
import { type FullSha, prNumber } from "../../lib/ids.ts";
import type { Simulator } from "../../simulators/github/mod.ts";

/** Makes the ports to list the environments that the labels of a simulator name. No platform is asked. */
export function labelsOnly(simulator: Simulator, url: string): ListPorts {
  const { repository: { full_name: repo } } = simulator.state();
  const pulls = (): readonly PullSummary[] =>
    simulator.state().pulls.map(({ number, title, state, head, author, labels, commits }) => ({
      number: prNumber(number),
      title,
      open: state === "open",
      headSha: head.sha as FullSha,
      author,
      labels,
      commits: commits as readonly string[] as readonly FullSha[],
    }));
  const none = () => Promise.resolve([]);
  return {
    repo,
    platformKind: "docker",
    platformAsLabels: true,
    platform: { list: none, addresses: none },
    links: {
      pull: (pr) => `${url}/${repo}/pull/${pr}`,
      commit: (sha) => `${url}/${repo}/commit/${sha}`,
      console: () => ({}),
    },
    settings: { maxAgeMs: undefined },
    forge: {
      now: () => simulator.now(),
      knownRepositoryId: () => undefined,
      findRepositoryId: () => Promise.resolve(undefined),
      listPulls: ({ label }) =>
        Promise.resolve(pulls().filter(({ labels }) => labels.some((name) => sameLabelName(name, label)))),
      readPulls: (numbers) => Promise.resolve(pulls().filter(({ number }) => numbers.includes(number))),
      listDefinitions: () =>
        Promise.resolve(
          simulator.state().labels.map(({ name, node_id, color, description }) => ({
            nodeId: node_id,
            name,
            color,
            description: description ?? "",
            openPulls: pulls().filter(({ open, labels }) => open && labels.includes(name)).map(({ number }) =>
              number
            ),
          })),
        ),
    },
  };
}
