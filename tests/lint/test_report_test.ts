import assert from "node:assert/strict";
import { countTests, formatFailures, formatSkips } from "../../tools/test_report.ts";

Deno.test("countTests() reads the last summary line, with colours, steps and ignored tests", () => {
  const output = "ok | 9 passed | 0 failed\nfine ... ok\n\n" +
    "\x1b[31mFAILED\x1b[0m | 3 passed (1 step) | 5 failed (1 step) | 2 ignored \x1b[38;5;245m(205ms)\x1b[0m\n\n";

  assert.deepEqual(countTests(output, false), { passed: 3, failed: 5, ignored: 2 });
});

Deno.test("countTests() reads a summary without ignored tests", () => {
  assert.deepEqual(countTests("\nok | 12 passed | 0 failed (1s)\n", true), {
    passed: 12,
    failed: 0,
    ignored: 0,
  });
});

Deno.test("countTests() counts a run without a summary as one failure, unless it succeeded", () => {
  assert.deepEqual(countTests("error: Module not found", false), { passed: 0, failed: 1, ignored: 0 });
  assert.deepEqual(countTests("No test modules found", true), { passed: 0, failed: 0, ignored: 0 });
});

Deno.test("countTests() believes the exit code where the summary claims no failure", () => {
  assert.equal(countTests("ok | 3 passed | 0 failed\n", false).failed, 1);
});

Deno.test("formatSkips() names each missing part once for each reason, with the files that wanted it", () => {
  const lines = formatSkips(
    "docker\ta_test.ts\tno engine\ndocker\tb_test.ts\tno engine\ndocker\ta_test.ts\tno engine\naws\tb_test.ts\tnone\n",
  );

  assert.deepEqual(lines, [
    "",
    "Not tested here:",
    "  docker (no engine): a_test.ts, b_test.ts",
    "  aws (none): b_test.ts",
  ]);
});

Deno.test("formatSkips() says nothing where everything was tested", () => {
  assert.deepEqual(formatSkips(""), []);
});

Deno.test("formatFailures() names file and title of each failed test, and the first lines of why", () => {
  const report = `<testsuite name="a">
        <testcase name="fine" classname="./tests/a_test.ts" time="0.000" line="2" col="6">
        </testcase>
        <testcase name="a &amp; &lt;b&gt;" classname="./tests/a_test.ts" time="0.002" line="1" col="6">
            <failure message="boom">Error: boom

    at ./tests/a_test.ts:1:73</failure>
        </testcase>
        <testcase name="left out" classname="./tests/a_test.ts" time="0.000" line="3" col="6">
            <skipped/>
        </testcase>
    </testsuite>`;

  assert.deepEqual(formatFailures([report, ""]), [
    "",
    "Failed:",
    "  ./tests/a_test.ts => a & <b>",
    "    Error: boom",
    "        at ./tests/a_test.ts:1:73",
  ]);
});

Deno.test("formatFailures() says nothing if everything passed", () => {
  const report = `<testcase name="fine" classname="./tests/a_test.ts" time="0.000" line="2" col="6">
        </testcase>`;

  assert.deepEqual(formatFailures([report]), []);
});

Deno.test("formatFailures() shows the first lines of a long failure", () => {
  const why = Array.from({ length: 400 }, (_, index) => `line ${index}`).join("\n");
  const report = `<testcase name="long" classname="./a_test.ts" time="0" line="1" col="1">
            <failure message="m">${why}</failure>
        </testcase>`;

  assert.equal(formatFailures([report]).length, 2 + 1 + 12);
});
