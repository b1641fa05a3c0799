/** Creates and repairs the definitions of the labels whose names never change. */

import { FIXED_LABELS, sameLabelName } from "../../core/labels/mod.ts";
import type { Forge, LabelDefinition, NewDefinition } from "../../ports/forge.ts";
import { definitionOf } from "../record/pull_writer.ts";

/** The change of one definition; in a dry run, the change that would be made. */
export interface LabelSetup {
  readonly name: string;
  readonly change: "created" | "repaired" | "unchanged";
}

/** A word that all fixed names contain. */
const COMMON = "showtime";

/** Reads the existing definitions and writes only those that are missing or differ. */
export async function setupLabels(
  ports: { readonly forge: Pick<Forge, "listDefinitions" | "define"> },
  options: { readonly dryRun: boolean },
  signal: AbortSignal,
): Promise<readonly LabelSetup[]> {
  const { forge } = ports;
  const present = await forge.listDefinitions(COMMON, signal);
  const wanted = FIXED_LABELS.map((label) => {
    const definition = definitionOf(label);
    return { definition, change: changeOf(definition, present) };
  });
  const of = (change: LabelSetup["change"]) =>
    wanted.filter((each) => each.change === change).map((each) => each.definition);
  if (!options.dryRun) {
    const [created, repaired] = [of("created"), of("repaired")];
    if (created.length > 0) await forge.define(created, { repair: false }, signal);
    if (repaired.length > 0) await forge.define(repaired, { repair: true }, signal);
  }
  return wanted.map(({ definition, change }) => ({ name: definition.name, change }));
}

function changeOf(wanted: NewDefinition, present: readonly LabelDefinition[]): LabelSetup["change"] {
  const found = present.find((each) => sameLabelName(each.name, wanted.name));
  if (found === undefined) return "created";
  const same = found.color.toLowerCase() === wanted.color.toLowerCase() &&
    found.description === wanted.description;
  return same ? "unchanged" : "repaired";
}
