/** Repairs labels, and with an address also the comment and the deployment on GitHub, which show it too. */

import { formatLabel, type Label, LABELS_PER_PULL, type NamedLabel } from "../../core/labels/mod.ts";
import type { Step } from "../../core/plan/mod.ts";
import type { ShortSha } from "../../../lib/ids.ts";
import { escapeMarkdown } from "../../../lib/sanitize.ts";
import type { ForgeWrite } from "../../ports/forge.ts";
import { deploymentWrite } from "./deployment_write.ts";
import type { PullWriter } from "./pull_writer.ts";
import { readRetirement } from "./read_retirement.ts";
import { runUrlOf } from "./run_url.ts";

/**
 * Repairs labels. The comment also shows what they say, so it is updated too. While it reports a failure, it stays
 * unless an address is withdrawn.
 */
export async function repairLabels(
  writer: PullWriter,
  { add: wanted, remove }: Step & { readonly kind: "repair_labels" },
  signal: AbortSignal,
): Promise<void> {
  const add = fitting(writer, { wanted, remove });
  const shown = [...add.map((label) => ({ label, name: formatLabel(label) })), ...remove].filter((
    { label },
  ) => ["status", "active", "address"].includes(label.kind));
  const addresses = new Map<ShortSha, string | undefined>();
  for (const { label } of remove) if (label.kind === "address") addresses.set(label.sha, undefined);
  for (const label of add) if (label.kind === "address") addresses.set(label.sha, label.address);
  const withdrawn = [...addresses.values()].includes(undefined);
  const failed = [...writer.labels.environments.values()].some(({ status }) => status === "failed");
  const served = add.flatMap((label) => label.kind === "serves" ? [label] : []);
  const comment = (shown.length > 0 || served.length > 0) && (!failed || withdrawn) &&
    writer.observed.comment !== undefined;
  // The comment does not name an address that the platform no longer has: it may be a stranger's by now.
  const named = shown.filter(({ label, name }) =>
    label.kind !== "address" || !remove.some((each) => each.name === name)
  );
  for (const { sha, head } of served) {
    writer.note(`\`${sha}\` serves \`${head}\` too: no file of \`build.paths\` changed`, { unlabeled: true });
  }
  if (comment && named.length > 0) {
    writer.note(`Put labels right: ${named.map(({ name }) => escapeMarkdown(name)).join(", ")}`, {
      unlabeled: true,
    });
  }
  const also = addresses.size === 0 ? [] : await correctDeployments(writer, addresses, signal);
  await writer.write({ add, remove: remove.map(({ name }) => name), comment, also }, signal);
}

/** Returns the labels that the pull request has room for: the status first, then what leads to the environment. */
function fitting(
  { names, ports }: PullWriter,
  { wanted, remove }: { readonly wanted: readonly Label[]; readonly remove: readonly NamedLabel[] },
): readonly Label[] {
  const room = LABELS_PER_PULL - names.filter((name) => !remove.some((each) => each.name === name)).length;
  if (wanted.length <= room) return wanted;
  ports.terminal.warn(
    `The pull request has no room for ${wanted.length - Math.max(0, room)} of Showtime's labels: ` +
      `GitHub allows ${LABELS_PER_PULL}`,
  );
  const first = ["status", "active", "address"];
  const rank = ({ kind }: Label) => first.includes(kind) ? first.indexOf(kind) : first.length;
  return [...wanted].sort((a, b) => rank(a) - rank(b)).slice(0, Math.max(0, room));
}

/** Returns the writes after which the deployments of these commits show the address that each has now. */
async function correctDeployments(
  writer: PullWriter,
  addresses: ReadonlyMap<ShortSha, string | undefined>,
  signal: AbortSignal,
): Promise<readonly ForgeWrite[]> {
  const { ports, observed } = writer;
  if (!ports.settings.deploymentsEnabled) return [];
  const writes: ForgeWrite[] = [];
  for (const [short, address] of addresses) {
    const { deployments } = await readRetirement(
      ports,
      { pr: observed.snapshot.number, shas: [short] },
      signal,
    );
    const [newest] = deployments;
    if (newest === undefined) continue;
    writes.push(deploymentWrite(newest, { url: writer.urlOf(short, address), logUrl: runUrlOf(ports) }));
  }
  return writes;
}
