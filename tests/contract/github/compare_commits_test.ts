import assert from "node:assert/strict";
import { fullSha } from "../../../src/lib/ids.ts";
import { assertConforms } from "../../worlds/github/conformance.ts";
import { gates, HEAD, PR, simulate } from "../../worlds/github/github.ts";

const NEVER = new AbortController().signal;
const B = fullSha("b".repeat(40));
const C = fullSha("c".repeat(40));
const base = fullSha(HEAD);

Deno.test("compare() lists both names of each file of the commits between, in one request", async () => {
  const { simulator, forge, requestsOf } = simulate();
  simulator.push({ pr: PR, sha: B, changed: ["src/a.ts"] });
  simulator.push({ pr: PR, sha: C, changed: ["old name.md => docs/new.md", "src/a.ts"] });
  assert.equal(await requestsOf(() => forge.compare({ base, head: C }, NEVER)), 1);
  const { paths } = await forge.compare({ base, head: C }, NEVER);
  assert.deepEqual(paths, ["docs/new.md", "old name.md", "src/a.ts"]);
  assert.deepEqual((await forge.compare({ base: B, head: C }, NEVER)).paths?.length, 3);
});

Deno.test("compare() knows no paths of a commit that does not build on the other, or that GitHub does not show", async () => {
  const { simulator, forge } = simulate();
  simulator.push({ pr: PR, sha: B, changed: ["a"] });
  simulator.push({ pr: PR, sha: C, changed: ["b"], force: true });
  const unknown = fullSha("d".repeat(40));
  for (const [from, to] of [[B, C], [C, B], [B, base], [base, unknown]] as const) {
    assert.deepEqual(await forge.compare({ base: from, head: to }, NEVER), {
      base: from,
      head: to,
      paths: undefined,
    });
  }
});

Deno.test("compare() knows no paths where GitHub's list may be cut", async () => {
  const { simulator, forge } = simulate();
  const files = (count: number) => Array.from({ length: count }, (_, at) => `docs/${at}`);
  simulator.push({ pr: PR, sha: B, changed: files(299) });
  assert.equal((await forge.compare({ base, head: B }, NEVER)).paths?.length, 299);
  simulator.push({ pr: PR, sha: C, changed: files(301) });
  assert.equal((await forge.compare({ base, head: C }, NEVER)).paths, undefined);
});

Deno.test("compare() reads as GitHub's own descriptions say", () => {
  assertConforms(gates);
});
