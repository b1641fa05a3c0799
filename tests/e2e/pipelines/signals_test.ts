import assert from "node:assert/strict";
import { makeBuildPlace, Reading } from "../../worlds/pipelines/build_place.ts";
import { programCommand } from "../../worlds/program/process.ts";

/** A pipeline in which one part waits until it is ended. */
function waitingIn(part: "setup" | "step" | "teardown"): string {
  const wait = 'echo "ready in $SHOWTIME_PART"; sleep 600 & sleep 600';
  const work = (name: typeof part, otherwise: string) =>
    `run: '${name === part ? wait.replace("$SHOWTIME_PART", name) : otherwise}'`;
  return `version: 1
name: web
setup: { ${work("setup", "true")} }
steps: [{ name: step, ${work("step", "true")} }]
teardown: { ${work("teardown", "echo torn down")} }
`;
}

for (const part of ["setup", "step", "teardown"] as const) {
  for (const [signal, expected] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 143]] as const) {
    Deno.test(`${signal} in a ${part} exits with ${expected} after the tear-down, and leaves no process`, async () => {
      await using here = await makeBuildPlace({ "build.yml": waitingIn(part) });
      // A tear-down that began before the signal may go on for a while; the short grace ends it.
      const child = here.start(["pipeline", "run", "build.yml", "--json", "--grace", "1"]);
      const [out, err] = [new Reading(child.stdout), new Reading(child.stderr)];
      await err.until(`ready in ${part}`);
      child.kill(signal);
      if (part === "teardown") {
        // The first signal lets the tear-down go on; the second one ends everything, if it is no echo of the first.
        await err.until("Cancelling: ");
        const again = setInterval(() => child.kill(signal), 200);
        await child.status.finally(() => clearInterval(again));
      }
      const { code } = await child.status;
      await Promise.all([out.ended, err.ended]);

      assert.equal(code, expected, err.text);
      if (part !== "teardown") {
        assert.match(err.text, /^web\/teardown \| torn down$/m);
        const document = JSON.parse(out.text);
        assert.deepEqual([document.status, document.exit_code], ["cancelled", expected]);
      }
      await untilNoProcess(here.processes);
    });
  }
}

/** Waits until no process is left: watchers end them after the program has ended. */
async function untilNoProcess(processes: () => readonly string[]): Promise<void> {
  for (let turn = 0; turn < 400 && processes().length > 0; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.deepEqual(processes(), []);
}

Deno.test("Ctrl-C on a terminal ends the build after its tear-down, and leaves the cursor visible", async () => {
  await using here = await makeBuildPlace({ "build.yml": waitingIn("step") });
  const program = ["pipeline", "run", "build.yml", "--grace", "1"];
  const child = typeInto(here, program);
  const screen = new Reading(child.stdout);
  await screen.until("ready in step");
  const keys = child.stdin.getWriter();
  await keys.write(new TextEncoder().encode("\x03"));
  await screen.ended;
  await keys.close().catch(() => undefined);
  const { code } = await child.status;

  assert.equal(code, 130, screen.text);
  assert.match(screen.text, /web cancelled in /);
  assert.ok(screen.text.lastIndexOf("\x1b[?25h") > screen.text.lastIndexOf("\x1b[?25l"));
  await untilNoProcess(here.processes);
});

Deno.test("a terminal that is closed ends the build after its tear-down, and leaves no process", async () => {
  const file = waitingIn("step").replace("echo torn down", "touch torn");
  await using here = await makeBuildPlace({ "build.yml": file });
  const child = typeInto(here, ["pipeline", "run", "build.yml", "--grace", "1"]);
  const screen = new Reading(child.stdout);
  await screen.until("ready in step");
  child.kill("SIGKILL");
  await Promise.all([child.status, child.stdin.abort(), screen.ended]);
  await untilNoProcess(here.processes);

  assert.ok((await Deno.stat(`${here.folder}/torn`)).isFile);
});

/** Starts the program on a terminal of its own. */
function typeInto(
  { folder, env }: { readonly folder: string; readonly env: Readonly<Record<string, string>> },
  words: readonly string[],
): Deno.ChildProcess {
  const command = [...programCommand(), ...words].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(
    " ",
  );
  return new Deno.Command("script", {
    args: ["-qefc", command, "/dev/null"],
    cwd: folder,
    env: { ...env, TERM: "xterm-256color", CI: "", GITHUB_ACTIONS: "" },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
}
