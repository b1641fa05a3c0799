import { PayloadPart } from "../triggers/payload_part.ts";
import { repositoryKey } from "../triggers/repository_key.ts";

/** An event of a pull request that may change its environment: the part of a hook that a sync reads. */
export interface PullEvent {
  /** The number of the pull request. */
  readonly number: number;
  readonly action: string;
  /** The login of the account that caused the event. */
  readonly sender: string | undefined;
  readonly headSha: string | undefined;
  /** The label of the event, and its role: a trigger asks once, a setting stays on the pull request. */
  readonly label: { readonly name: string; readonly role: LabelRole } | undefined;
  /** Whether the pull request was open. */
  readonly open: boolean | undefined;
  /** The last change of the pull request, in milliseconds since 1970. */
  readonly updatedAt: number | undefined;
  readonly baseBranch: string | undefined;
}

/** The role of a label that people set. */
export type LabelRole = "trigger" | "setting";

/** The conditions under which an event counts. */
export interface PullEventOptions {
  /** The repositories with environments, `owner/name`. */
  readonly repositories: readonly string[];
  /** The address of GitHub's pages, whose host the repositories are on. */
  readonly serverUrl: string;
  /** Returns the role of a label; undefined for one that people do not set. */
  readonly labelRole: (name: string) => LabelRole | undefined;
}

const HEAD_ACTIONS: readonly string[] = ["opened", "reopened", "synchronize"];
const LABEL_ACTIONS: readonly string[] = ["labeled", "unlabeled"];

/** Reads the event that a hook brings for an environment; undefined if the hook changes none. */
export function readPullEvent(
  hook: { readonly event: string; readonly payload: unknown },
  { repositories, serverUrl, labelRole }: PullEventOptions,
): { readonly repository: string; readonly event: PullEvent } | undefined {
  if (hook.event !== "pull_request") return undefined;
  const root = new PayloadPart(hook.payload);
  const address = root.part("repository").text("clone_url");
  const key = address === undefined ? undefined : repositoryKey(address);
  const repository = repositories.find((each) =>
    key !== undefined && repositoryKey(`${serverUrl}/${each}`) === key
  );
  const pull = root.part("pull_request");
  const [number, action] = [pull.number("number"), root.text("action") ?? ""];
  if (repository === undefined || number === undefined || number < 1) return undefined;
  const name = root.part("label").text("name");
  const role = name === undefined ? undefined : labelRole(name);
  const label = name === undefined || role === undefined ? undefined : { name, role };
  const counts = LABEL_ACTIONS.includes(action)
    ? label !== undefined
    : action === "closed" || HEAD_ACTIONS.includes(action);
  if (!counts) return undefined;
  const state = pull.text("state");
  const updatedAt = Date.parse(pull.text("updated_at") ?? "");
  return {
    repository,
    event: {
      number,
      action,
      sender: root.part("sender").text("login"),
      headSha: pull.part("head").commit("sha"),
      label,
      open: state === "open" ? true : state === "closed" ? false : undefined,
      updatedAt: Number.isNaN(updatedAt) ? undefined : updatedAt,
      baseBranch: pull.part("base").text("ref"),
    },
  };
}

/**
 * Returns the event for one sync that stands for two events. The newer one counts. But an event that shows which commit the
 * head was, and who asked for it or pushed it, is kept if the newer one only changes a setting on the same commit: people
 * set several labels at once.
 */
export function mergeEvents(older: PullEvent | undefined, newer: PullEvent): PullEvent {
  if (older === undefined || older.headSha !== newer.headSha) return newer;
  const proves = HEAD_ACTIONS.includes(older.action) ||
    (older.action === "labeled" && older.label?.role === "trigger");
  if (!proves || newer.label?.role !== "setting") return newer;
  return { ...older, updatedAt: newer.updatedAt, open: newer.open };
}
