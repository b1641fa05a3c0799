import { AppError } from "../../lib/errors.ts";
import type { Deed, PullSource } from "./pull_model.ts";

/**
 * Reads the form of a pull request's page. Throws AppError `bad_form` if it asks for nothing that the page offers, or in
 * the name of a person whom the page does not offer.
 */
export function readDeed(
  form: Readonly<Record<string, unknown>>,
  { people }: Pick<PullSource, "people">,
): Deed {
  const text = (name: string) => {
    const value = form[name];
    return typeof value === "string" && value.trim() !== "" ? value : undefined;
  };
  const actor = people.find(({ login }) => login === text("actor"))?.login;
  const change = readChange(text);
  if (actor !== undefined && change !== undefined) return { actor, change };
  const state = people.length === 0
    ? "this page only shows what happens"
    : actor === undefined
    ? "no person of this repository is named"
    : text("act") === "label"
    ? "no label is named"
    : "the form asks for nothing";
  throw new AppError("bad_form", `Changing the pull request: ${state}`);
}

function readChange(text: (name: string) => string | undefined): Deed["change"] | undefined {
  const [add, remove, state, hours, act, label] = ["add", "remove", "state", "hours", "act", "label"].map(
    text,
  );
  if (add !== undefined) return { kind: "add", label: add };
  if (remove !== undefined) return { kind: "remove", label: remove };
  if (state === "open" || state === "closed") return { kind: "state", state };
  if (hours === "3" || hours === "48") return { kind: "pass", hours: Number(hours) };
  if (act === "push") return { kind: "push" };
  return act === "label" && label !== undefined ? { kind: "add", label } : undefined;
}
