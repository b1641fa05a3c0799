import assert from "node:assert/strict";
import { PROMPT, type Typed, typeInto } from "../worlds/program/interactive_shell.ts";
import { runShowtime, startSimulator } from "../worlds/program/process.ts";
import { part } from "../worlds/require.ts";

const SHA = "aaaaaaa000000000000000000000000000000000";

const SEED = {
  repository: "acme/shop",
  token_owner: "maxime",
  collaborators: { maxime: "admin" },
  labels: [],
  pulls: [{
    number: 1234,
    title: "Add charts",
    author: "maxime",
    state: "open",
    draft: false,
    head: { sha: SHA, ref: "charts", repo: "acme/shop" },
    pusher: "maxime",
    labels: ["🎪 showtime", "🎪 aaaaaaa 🚦 running", "🎪 🎯 aaaaaaa", "🎪 aaaaaaa 🌐 52.1.2.3:8080"],
  }],
};

/** A shell, how it is begun, and where people put the script. */
interface Shell {
  readonly name: "bash" | "zsh" | "fish";
  readonly command: string;
  readonly files: (script: string) => Readonly<Record<string, string>>;
}

const SHELLS: readonly Shell[] = [
  {
    name: "bash",
    command: "bash --noprofile --rcfile .rc -i",
    // Twice, as it happens to those who follow instructions again.
    files: (script) => ({ ".rc": `PS1='${PROMPT}'\n. ./script\n. ./script\n`, script }),
  },
  {
    name: "zsh",
    command: "zsh -i",
    files: (script) => ({
      ".zshrc": `PS1='${PROMPT}'\nfpath=($HOME/functions $fpath)\nautoload -U compinit\ncompinit -u -D\n`,
      "functions/_showtime": script,
    }),
  },
  {
    name: "fish",
    command: "fish -i",
    files: (script) => ({
      ".config/fish/config.fish": `function fish_prompt; echo -n '${PROMPT}'; end\n`,
      ".config/fish/completions/showtime.fish": script,
      // Without this folder it begins to read all manuals, and is still at it when it has ended.
      ".local/share/fish/generated_completions/none.fish": "",
    }),
  },
];

async function typeWithCompletion(
  { name, command, files }: Shell,
  lines: readonly string[],
): Promise<Typed> {
  const script = (await runShowtime(["completions", name])).out;
  const simulator = await startSimulator(SEED);
  try {
    const env = {
      ...simulator.env,
      GITHUB_REPOSITORY: "acme/shop",
      SHOWTIME_PLATFORM: "docker",
      // What lives on this machine's engine would be offered as well.
      DOCKER_HOST: "unix:///nowhere/docker.sock",
    };
    return await typeInto({ shell: command, files: files(script), lines, env });
  } finally {
    await simulator.stop();
  }
}

for (const each of SHELLS) {
  const { name } = each;
  const terminal = await part("script");
  const shell = name === "bash" || terminal.missing !== undefined ? terminal : await part(name);

  shell.test(`completions ${name} completes a command, a flag, and the number of a pull request`, async () => {
    const { calls, screen } = await typeWithCompletion(each, [
      "showtime statu\t12\t",
      "showtime list --js\t",
      "showtime list --platform doc\t",
      "showtime completions pow\t",
    ]);

    assert.deepEqual(calls.map((call) => call.trim()), [
      "status 1234",
      "list --json",
      "list --platform docker",
      "completions powershell",
    ], screen);
    assert.doesNotMatch(screen, /readonly|not found|error/i);
  });

  shell.test(`completions ${name} runs nothing of what is being typed`, async () => {
    const { calls, screen, left } = await typeWithCompletion(each, [
      // On lines of their own: a shell completes only what it takes for a command of the program.
      "showtime status '$(touch single)' 12\t\x15",
      'showtime status "$(touch double)" 12\t\x15',
      "showtime status $(touch plain) 12\t\x15",
      "showtime status \\;touch\\ escaped 12\t\x15",
      "touch after",
    ]);

    assert.deepEqual(calls, [], screen);
    assert.ok(left.includes("after"), screen);
    assert.deepEqual(left.filter((file) => ["single", "double", "plain", "escaped"].includes(file)), []);
  });
}
