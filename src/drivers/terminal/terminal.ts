import { makePaints, wantsColor } from "../../lib/paint.ts";
import { defuseWorkflowCommand, escapeWorkflowCommand, stripControls } from "../../lib/sanitize.ts";
import type { Terminal } from "../../ports/terminal.ts";
import { findAbilities, type TerminalOptions } from "./abilities.ts";
import { askLine, chooseOne } from "./questions.ts";
import { Spinner } from "./spinner.ts";

/** Makes the terminal on the given streams. */
export function makeTerminal(options: TerminalOptions): Terminal {
  const { env, quiet, verbose, stderr, stderrTty } = options;
  const can = findAbilities(options);
  const inActions = env["GITHUB_ACTIONS"] === "true";
  const dumb = env["TERM"] === "dumb";
  const colors = makePaints(wantsColor({ env, allowed: options.color, tty: stderrTty }));
  const moves = stderrTty && !inActions && !dumb && (env["CI"] ?? "") === "";
  const spinner = new Spinner((text) => stderr(text), {
    moves,
    columns: can.columns,
    now: options.now ?? (() => performance.now()),
  });

  function talk(text: string, paint: (line: string) => string = (line) => line): void {
    spinner.around(() => {
      for (const line of text.split(/\r?\n/)) {
        const plain = stripControls(line);
        stderr(`${paint(inActions ? defuseWorkflowCommand(plain) : plain)}\n`);
      }
    });
  }
  function command(name: string, text: string): void {
    const clean = text.split(/\r?\n/).map((line) => stripControls(line)).join("\n");
    spinner.around(() => stderr(`::${name}::${escapeWorkflowCommand(clean)}\n`));
  }
  function openGroup(title: string): () => void {
    if (inActions) {
      command("group", title);
      return () => command("endgroup", "");
    }
    if (quiet) return () => undefined;
    if (verbose) talk(title, colors.bold);
    else spinner.show(stripControls(title));
    return () => spinner.show(undefined);
  }

  return {
    can,
    out(text) {
      const safe = inActions ? text.split("\n").map(defuseWorkflowCommand).join("\n") : text;
      spinner.around(() => options.stdout(`${safe}\n`));
    },
    say(text) {
      if (!quiet) talk(text);
    },
    detail(text) {
      if (verbose && !quiet) talk(text, colors.dim);
    },
    log(text) {
      if (inActions || (verbose && !quiet)) talk(text);
      else spinner.count();
    },
    notice(text) {
      if (inActions) command("notice", text);
      else talk(text);
    },
    warn(text) {
      if (inActions) command("warning", text);
      else talk(`warning: ${text}`, colors.yellow);
    },
    progress(text, plain = text) {
      if (quiet) return;
      const shown = moves ? text : plain;
      const clean = shown === undefined ? undefined : stripControls(shown);
      spinner.show(clean === undefined || !inActions ? clean : defuseWorkflowCommand(clean));
    },
    group: openGroup,
    async confirm(question) {
      if (!can.ask) return false;
      spinner.show(undefined);
      const { confirm, isCancel } = await import("@clack/prompts");
      const { default: process } = await import("node:process");
      // On stderr, since stdout holds only the command's result.
      const answer = await confirm({
        message: stripControls(question),
        initialValue: false,
        output: process.stderr,
      });
      return !isCancel(answer) && answer;
    },
    async choose(question, choices) {
      if (!can.ask) return undefined;
      spinner.show(undefined);
      return await chooseOne(question, choices);
    },
    async ask(question, asked) {
      if (!can.ask) return undefined;
      spinner.show(undefined);
      return await askLine(question, asked);
    },
  };
}
