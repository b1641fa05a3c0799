import { formatLabel, type Label } from "../labels/mod.ts";

/** The facts that decide which next step works on a pull request. */
export interface AdviceFacts {
  readonly open: boolean;
  /** The name of the label that blocks the pull request; undefined if none does. */
  readonly blocked: string | undefined;
  /** The name of the label that freezes the pull request; undefined if none does. */
  readonly frozen: string | undefined;
  /** The environment that people are sent to, or else the newest attempt. */
  readonly state: "none" | "working" | "running" | "asleep" | "failed";
  /** Whether the head commit has no environment while another commit has one. */
  readonly waits: boolean;
  /**
   * The effect of a push. `update`: the environment follows. `approval`: a trigger has to approve the commit,
   * unless an account that may cause builds pushed it. `off`: the configuration says `auto_sync: never`.
   */
  readonly pushes: "update" | "approval" | "off";
}

const nameOf = (label: Label) => quote(formatLabel(label));
const START = nameOf({ kind: "trigger", trigger: "start" });
const SYNC = nameOf({ kind: "trigger", trigger: "sync" });
const STOP = nameOf({ kind: "trigger", trigger: "stop" });
const FREEZE = nameOf({ kind: "freeze" });

/**
 * Says in Markdown what a person does next on the pull request. Every step that it names works as things are.
 */
export function adviseInComment(facts: AdviceFacts): string {
  if (!facts.open) return adviseClosed(facts);
  if (facts.blocked !== undefined) return adviseBlocked(facts, quote(facts.blocked));
  if (facts.state === "none") {
    return `To start one, add the label ${START}. It counts from people with write permission.${
      facts.frozen === undefined
        ? ""
        : ` While ${quote(facts.frozen)} is on the pull request, later pushes do not update it.`
    }`;
  }
  if (facts.state === "failed") return adviseFailed(facts);
  if (facts.state === "asleep") return adviseAsleep(facts);
  return adviseRunning(facts);
}

function adviseClosed({ state }: AdviceFacts): string {
  const rest = state === "none" ? "" : " What is left is removed by the next run.";
  return `A closed pull request gets no environment.${rest} To start one, reopen it, then add the label ${START}.`;
}

function adviseBlocked({ state }: AdviceFacts, blocked: string): string {
  const held = `The label ${blocked} blocks this pull request: nothing is built or deployed.`;
  switch (state) {
    case "none":
      return `${held} To start an environment, take that label off, then add ${START}.`;
    case "failed":
      return `${held} To try again, take that label off, then add ${START}; to remove what is there, add ${STOP}.`;
    case "working":
      return `${held} To let the work go on, take that label off; to remove what is there, add ${STOP}.`;
    case "asleep":
      return `${held} To wake the environment, take that label off, then add ${START}; to remove it, add ${STOP}.`;
    case "running":
      return `${held} To update the environment, take that label off, then add ${SYNC}; to remove it, add ${STOP}.`;
  }
}

function adviseFailed({ frozen, pushes }: AdviceFacts): string {
  if (frozen !== undefined) {
    return `To try again, add ${START}: while ${
      quote(frozen)
    } is on the pull request, pushes and retries wait.`;
  }
  if (pushes === "update") return `To try again, push a fix or add the label ${START}.`;
  const why = pushes === "off"
    ? "pushes alone start nothing here (`auto_sync: never`)"
    : "a push from outside of this repository waits for that label";
  return `To try again, push a fix if one is needed, then add the label ${START}: ${why}.`;
}

function adviseAsleep({ waits }: AdviceFacts): string {
  const then = waits
    ? "It wakes as it was; a newer commit waits until then."
    : "It wakes as it was; nothing is built.";
  return `To wake it, add the label ${START}. ${then} To remove it, add ${STOP}.`;
}

function adviseRunning({ frozen, waits, pushes }: AdviceFacts): string {
  const remove = `to remove it, add ${STOP}.`;
  if (frozen !== undefined) {
    const follow = pushes === "update"
      ? ` to follow pushes again, take ${quote(frozen)} off;`
      : ` to end the freeze, take ${quote(frozen)} off;`;
    return `The environment is frozen: pushes do not update it. To bring it to the newest commit once, add ${SYNC};` +
      `${follow} ${remove}`;
  }
  if (pushes === "off") {
    return `Pushes do not update it (\`auto_sync: never\`). To update it to the newest commit, add ${SYNC}; ${remove}`;
  }
  if (waits && pushes === "approval") {
    return `The newest commit waits for approval. To approve it and update to it, add ${SYNC}; ${remove}`;
  }
  return `To update it to the newest commit, add ${SYNC}; to hold it, add ${FREEZE}; ${remove}`;
}

/** Quotes a label's name as code. A name on a pull request comes from people. */
function quote(name: string): string {
  return `\`${name.replaceAll("`", "'").replace(/[\r\n]+/g, " ")}\``;
}
