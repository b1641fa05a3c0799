import assert from "node:assert/strict";
import { assertConforms } from "../../worlds/github/conformance.ts";
import { gates, HEAD, simulate } from "../../worlds/github/github.ts";

const NEVER = new AbortController().signal;
const MARKER = "🎪 showtime";

function pulls(count: number) {
  return Array.from({ length: count }, (_, at) => ({
    number: at + 1,
    title: "x",
    author: "rando",
    state: at === 3 ? "closed" : "open",
    draft: false,
    head: { sha: `${String(at).padStart(5, "0")}${HEAD.slice(5)}`, ref: `b${at}`, repo: "o/r" },
    pusher: "rando",
    labels: at === 4 ? ["bug"] : [MARKER, "bug"],
  }));
}

Deno.test("readStarts() reads the open pull requests with the label and the lock of the limits, in one request for each hundred", async () => {
  const { forge, requestsOf } = simulate({ pulls: pulls(120) });
  for (const name of ["🎪 lock limits", "🎪 lock limits of another tool", "🎪 lock pr-7"]) {
    await forge.createLock({ name, color: "6A737D", description: `v1 of ${name.slice(3)}` }, NEVER);
  }
  assert.equal(await requestsOf(() => forge.readStarts(MARKER, NEVER)), 2);
  const starts = await forge.readStarts(MARKER, NEVER);
  assert.deepEqual(starts.locks.map(({ name, description }) => [name, description]), [
    ["🎪 lock limits", "v1 of lock limits"],
  ]);
  assert.equal(starts.pulls.length, 118);
  assert.ok(
    starts.pulls.every(({ number, open, labels }) => open && number !== 5 && labels.includes(MARKER)),
  );
});

Deno.test("readStarts() needs one request where there are few", async () => {
  const { forge, requestsOf } = simulate({ pulls: pulls(3) });
  assert.equal(await requestsOf(() => forge.readStarts(MARKER, NEVER)), 1);
  assert.equal((await forge.readStarts(MARKER, NEVER)).locks.length, 0);
});

Deno.test("readStarts() reads as GitHub's own descriptions say", () => {
  assertConforms(gates);
});
