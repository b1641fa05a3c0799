import assert from "node:assert/strict";
import { processesWith } from "../../worlds/pipelines/build_place.ts";

const ROOT = decodeURIComponent(new URL("../../../", import.meta.url).pathname);

Deno.test("`deno task demo:pipelines` plays the example with Ctrl-C and a trace, and leaves no process", async () => {
  const marker = `marker-${crypto.randomUUID()}`;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "demo:pipelines"],
    cwd: ROOT,
    env: { PLACE_MARKER: marker, NO_COLOR: "1", CI: "", GITHUB_ACTIONS: "", GITHUB_STEP_SUMMARY: "" },
    stdin: "null",
  }).output();
  const out = new TextDecoder().decode(stdout);
  const err = new TextDecoder().decode(stderr);

  assert.equal(code, 0, out + err);
  // Every scene names its command, and the last sentence counts them.
  const played = [...out.matchAll(/^\$ showtime pipeline ([a-z]+)/gm)].map(([, command]) => command);
  assert.deepEqual(played, ["show", "run", "run", "run", "run"], out);
  assert.match(out, new RegExp(`^That was ${played.length} commands on one pipeline`, "m"));
  assert.match(out, /^│ {2}└─ pages +no +no changed path matches/m);
  assert.match(out, /^tour\/checks\/unit \| test 4 failed/m);
  assert.match(out, /^::group::tour\/checks\/unit$/m);
  assert.match(out, /┃ Ctrl-C\n(?:.*\n)*tour\/checks\/browser\/teardown \| the browser is gone\n/);
  assert.match(err, /^■ tour cancelled in /m);
  assert.match(out, /^Build: tour - ERROR .*\n {2}step:tour .*\n {4}step:setup /m);
  assert.match(out, /^and [1-9]\d* log records$/m);
  assert.deepEqual(processesWith(marker), []);
});
