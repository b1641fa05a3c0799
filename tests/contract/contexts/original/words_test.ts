import assert from "node:assert/strict";
import { makeOriginalWorld } from "../../../worlds/contexts/original/original_world.ts";
import { part } from "../../../worlds/require.ts";

const tool = await part("cicdstatemgr");

/** Command lines that Python's argparse refuses. */
const WRONG: readonly (readonly string[])[] = [
  ["--init", "x"],
  ["--se", "a=b"],
  ["--lo"],
  ["--nope"],
  ["--nope=1"],
  ["-x"],
  ["word"],
  ["--get"],
  ["--get", "--load"],
  ["--get", "-x"],
  ["--load=1"],
  ["--loa=1"],
  ["--get", "a", "b"],
  ["--", "word"],
  ["--help=1"],
  ["--get", "a", "--se"],
  ["--help", "--se"],
  ["-hx"],
  ["-l"],
  ["--get", "--", "state.key1"],
  ["--get", "state.key1", "--"],
];

/** Command lines that it reads. */
const RIGHT: readonly (readonly string[])[] = [
  ["--ge=state.key1"],
  ["--get", "state.key1", "--get", "state.key2"],
  ["--get=state.key1", "-l", "INFO"],
  ["-lINFO", "--get", "state.key1"],
  ["-l=ERROR", "--get", "state.key1"],
  ["--log-l=NOTSET", "--get", "state.key1"],
  ["--id=id-1", "--get", "state.key1"],
  ["--set=state.minus=-5", "--set", "state.eq=a=-b"],
  ["--set", "state.a=1", "--tmpl", "bare"],
  ["--set", ""],
  ["--get", ""],
  ["--handle", "build=unknown"],
  ["--tmpl-ctx-var", "-5", "--get", "state.number"],
  ["--tmpl-ctx-var", "-a b", "--get", "state.number"],
];

tool.test("words are read as argparse reads them: shortened flags, =, --, letters", async () => {
  await using world = await makeOriginalWorld();
  await world.same(["--init", "id-1", "--set", "state.key1=value1"].with(0, "--init-new"));
  await world.same(["--set", "state.key2=value2"]);

  for (const words of WRONG) {
    const [theirs, own] = [await world.original.run(words), await world.ours.run(words)];
    assert.deepEqual([theirs.code, theirs.out], [2, ""], words.join(" "));
    assert.deepEqual([own.code, own.out], [2, ""], `${words.join(" ")}: ${own.err}`);
    assert.match(own.err, /^Usage: showtime cicdstatemgr/);
    assert.match(own.err, /^error: Reading the command line: /m);
  }
  for (const words of RIGHT) await world.same(words);
  for (const level of ["debug", "VERBOSE", "10", ""]) {
    const words = ["--log-level", level, "--get", "state.key1"];
    const [theirs, own] = [await world.original.run(words), await world.ours.run(words)];
    assert.deepEqual([theirs.code, theirs.out, own.code, own.out], [1, "", 1, ""], level);
  }
});

tool.test("help that is asked for goes to stdout, and lists every flag of the original", async () => {
  await using world = await makeOriginalWorld({ env: { CICDSTATEMGR_CONFIG_PATH: "" } });
  for (const words of [["--help"], ["-h"], ["--he"], ["word", "--help"], ["--get", "x", "-h"]]) {
    const [theirs, own] = [await world.original.run(words), await world.ours.run(words)];
    assert.deepEqual([theirs.code, own.code, own.err], [0, 0, ""], words.join(" "));
    const flags = new Set(
      Array.from(theirs.out.matchAll(/^ {2}(?:-\w [A-Z_]+, )?(--[a-z-]+)/gm), ([, flag = ""]) => flag),
    );
    assert.ok(flags.size >= 15);
    assert.deepEqual([...flags].filter((flag) => flag !== "--help" && !own.out.includes(`${flag} `)), []);
  }
});
