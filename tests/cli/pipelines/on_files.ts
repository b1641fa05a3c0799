import { type CliResult, runCli } from "../../worlds/program/cli.ts";
import { usageError } from "../../../src/lib/errors.ts";

/** Runs `showtime pipeline …` on files in memory; `-` is standard input. */
export function runOnFiles(
  argv: readonly string[],
  { files, terminal }: { readonly files: Readonly<Record<string, string>>; readonly terminal?: number },
): Promise<CliResult> {
  return runCli(["pipeline", ...argv], {
    ...(terminal === undefined ? {} : { terminal }),
    wiring: () => ({
      pipelineFiles: () =>
        Promise.resolve({
          readText(path) {
            const text = files[path];
            return text === undefined
              ? Promise.reject(
                usageError("file_missing", `Reading ${path}: there is no such file`, "Correct the path"),
              )
              : Promise.resolve(text);
          },
        }),
    }),
  });
}
