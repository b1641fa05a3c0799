import type { PlatformEnvironment } from "../../core/environment/environment.ts";
import { type Finding, foundOk } from "../../../lib/finding.ts";
import { fitsLabel, formatLabel, parseLabel, sameLabelName } from "../../core/labels/mod.ts";

const EXAMPLES = 3;

/** Finds signs that superset-showtime worked in this repository; no finding if there are none. */
export function migrationFinding(
  definitions: readonly string[],
  environments: readonly PlatformEnvironment[],
): readonly Finding[] {
  const labels = definitions.filter(isOlderSpelling);
  const services = environments.filter(({ legacy, managed, repo }) =>
    legacy || (managed && repo === undefined)
  );
  const signs = [
    ...named(["label in an older spelling", "labels in older spellings"], labels),
    ...named(
      ["service that names no repository", "services that name no repository"],
      services.map(({ service }) => service),
    ),
  ];
  if (signs.length === 0) return [];
  return [
    foundOk(
      "migration",
      `superset-showtime left ${
        signs.join(" and ")
      }: they are understood as they are. What changes: a commit that ` +
        "failed is tried again once, 🔒 does not hold back a stop, pushes by people without write permission wait for a " +
        "trigger; docs/migration.md has the rest",
    ),
  ];
}

function named([one, many]: readonly [string, string], names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const more = names.length > EXAMPLES ? ", …" : "";
  return [
    `${names.length} ${names.length === 1 ? one : many} (${names.slice(0, EXAMPLES).join(", ")}${more})`,
  ];
}

/** Whether Showtime understands a label but spells it differently. */
function isOlderSpelling(name: string): boolean {
  const label = parseLabel(name);
  switch (label.kind) {
    case "trigger":
    case "freeze":
    case "blocked":
    case "flag":
    case "status":
    case "address":
      return fitsLabel(label) && !sameLabelName(formatLabel(label), name);
    default:
      return false;
  }
}
