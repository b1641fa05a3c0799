import assert from "node:assert/strict";
import { coveredIds, formatIds, formatTally, RELIABILITY_IDS } from "../../tools/reliability_ids.ts";

const REPORT = `<testsuites><testsuite name="x">
  <testcase name="M1, C2: two of them" classname="x" time="0.1"></testcase>
  <testcase name="L3: short" time="0"/>
  <testcase name="F1: it fails" time="0"><failure message="no">no</failure></testcase>
  <testcase name="R4: it is not run" time="0"><skipped/></testcase>
  <testcase name="R5 is not said so" time="0"/>
  <testcase name="Z9: is none" time="0"/>
</testsuite></testsuites>`;

Deno.test("coveredIds() takes the ids that titles of passed tests begin with", () => {
  assert.deepEqual([...coveredIds([REPORT, ""])].sort(), ["C2", "L3", "M1"]);
});

Deno.test("formatIds() names what is missing, and nothing where all is there", () => {
  assert.match(
    formatIds(new Set(["M1", "C2"])),
    /^reliability: 2 of 35 promises shown; not shown: M2, .*, L3$/,
  );
  assert.equal(formatIds(new Set(RELIABILITY_IDS)), "reliability: 35 of 35 promises shown");
});

Deno.test("formatTally() adds up what the files say, and says nothing where nothing was played", () => {
  assert.equal(
    formatTally("interleavings\t3\ncrashes\t2\ninterleavings\t4\n"),
    "reliability: 7 interleavings, 2 crash points, 0 leaks",
  );
  assert.equal(formatTally(""), undefined);
});
