/** Says what `init` wrote, and what is left to do. */

import type { InitFile } from "../../../environments/app/setup/init.ts";
import type { ReleasePin } from "../../../environments/core/setup/mod.ts";
import type { Terminal } from "../../../ports/terminal.ts";
import type { CommandEnv } from "../../command.ts";
import { renderSentence, renderTable } from "../../render/mod.ts";

/** Warns of files that stay as they are, and of a release that the workflows cannot install or check. */
export function warnOfFiles(
  terminal: Terminal,
  { files, release, answers }: {
    readonly files: readonly InitFile[];
    readonly release: ReleasePin;
    /** Whether the release is where the workflows look for it. */
    readonly answers: boolean;
  },
): void {
  const kept = files.filter(({ change }) => change === "kept").map(({ path }) => path);
  if (kept.length > 0) {
    terminal.warn(
      `${kept.join(", ")} ${
        kept.length === 1 ? "exists and stays as it is" : "exist and stay as they are"
      }; --force overwrites`,
    );
  }
  if (!answers) {
    const { version, url } = release;
    terminal.warn(
      `Release ${version} does not answer at ${url}: the workflows cannot install it, and its checksum is not in ` +
        "them. Run init again when it answers",
    );
  } else if (release.sha256 === undefined) {
    terminal.warn(
      `The checksum of release ${release.version} could not be read, so the workflows use the one published ` +
        "with the release. To write it into the workflows, run init again where the release can be reached",
    );
  }
}

/** Prints the files with what happened to them, and the steps that are left. */
export function reportFiles(
  env: CommandEnv,
  { files, todo }: { readonly files: readonly InitFile[]; readonly todo: readonly string[] },
): void {
  const { dryRun } = env.flags;
  const rows = files.map(({ path, change }) => [
    { text: path },
    { text: dryRun && change !== "unchanged" && change !== "kept" ? `would be ${change}` : change },
  ]);
  env.lines([
    ...renderTable([{ title: "FILE" }, { title: "CHANGE" }], rows, { style: env.style }),
    ...(dryRun
      ? files.flatMap(({ path, text }) => ["", env.style.bold(`--- ${path}`), ...text.trimEnd().split("\n")])
      : []),
    "",
    env.style.bold("To do"),
    ...todo.flatMap((line, index) => {
      const number = `${index + 1}. `;
      return renderSentence(number + line, env.style, { indent: number.length });
    }),
  ]);
  env.next(dryRun ? "run it again without --dry-run" : "work through that list from the top");
}
