import { LABEL_REFERENCE } from "../../../environments/core/labels/mod.ts";
import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { renderTable } from "../../render/mod.ts";

/** Prints the label reference. */
export function runLabels(env: CommandEnv): Promise<ExitCode> {
  if (env.flags.json) {
    env.json({
      labels: LABEL_REFERENCE.map(({ name, meaning, setBy }) => ({ name, meaning, set_by: setBy })),
    });
    return Promise.resolve(EXIT.done);
  }
  for (const setBy of ["person", "showtime"] as const) {
    const rows = LABEL_REFERENCE.filter((row) => row.setBy === setBy)
      .map(({ name, meaning }) => [{ text: name }, { text: meaning }]);
    const title = setBy === "person" ? "A PERSON ADDS" : "SHOWTIME WRITES";
    env.lines(renderTable([{ title }, { title: "MEANING", wraps: true }], rows, { style: env.style }));
    if (setBy === "person") env.lines([""]);
  }
  env.next('"showtime setup-labels" gives the labels their colours and descriptions');
  return Promise.resolve(EXIT.done);
}
