import { type Finding, foundWrong } from "../../../lib/finding.ts";
import type { Forge } from "../../ports/forge.ts";

const FOLDER = ".github/workflows/";

/** Workflows of the tools that Showtime replaces. They work on the same labels and services. */
const OLD_WORKFLOWS = ["ephemeral-env.yml", "ephemeral-env-pr-close.yml", "showtime-trigger.yml"] as const;

/** A workflow whose name Showtime uses too: it is an old one only if it installs this package. */
const SHARED_NAME = "showtime-cleanup.yml";
const OLD_PACKAGE = /\bsuperset-showtime\b/;

/** Finds workflows of the replaced tools on the default branch; no finding if there are none. */
export async function findOldWorkflows(
  forge: Pick<Forge, "readBaseFile">,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const read = (name: string) => forge.readBaseFile(`${FOLDER}${name}`, { pr: undefined }, signal);
  const found: string[] = [];
  for (const name of OLD_WORKFLOWS) if (await read(name) !== undefined) found.push(`${FOLDER}${name}`);
  if (OLD_PACKAGE.test(await read(SHARED_NAME) ?? "")) found.push(`${FOLDER}${SHARED_NAME}`);
  if (found.length === 0) return [];
  return [
    foundWrong(
      "old workflows",
      `${found.join(", ")} still ${
        found.length === 1 ? "works" : "work"
      } on the labels and services of Showtime`,
      {
        status: "warning",
        fix: `Delete ${
          found.length === 1 ? "it" : "them"
        } from the default branch; docs/migration.md has the steps`,
      },
    ),
  ];
}
