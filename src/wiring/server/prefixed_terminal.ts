import type { Terminal } from "../../ports/terminal.ts";

/** Makes the terminal of a run among others: each line names the run, and nothing is asked. */
export function prefixedTerminal(terminal: Terminal, prefix: string): Terminal {
  let waitsFor = "";
  return {
    can: { ...terminal.can, ask: false },
    out: (text) => terminal.say(prefix + text),
    say: (text) => terminal.say(prefix + text),
    detail: (text) => terminal.detail(prefix + text),
    log: (text) => terminal.detail(prefix + text),
    notice: (text) => terminal.notice(prefix + text),
    warn: (text) => terminal.warn(prefix + text),
    progress(text, plain) {
      const line = plain ?? text ?? "";
      if (line !== "" && line !== waitsFor) terminal.detail(prefix + line);
      waitsFor = line;
    },
    group(title) {
      terminal.detail(prefix + title);
      return () => {};
    },
    confirm: () => Promise.resolve(false),
    choose: () => Promise.resolve(undefined),
    ask: () => Promise.resolve(undefined),
  };
}
