import assert from "node:assert/strict";
import { layers } from "./layers.ts";
import { ROOT } from "./rooms.ts";

/** The rules, without the plugin's name, that fire for a file of this path and text. */
function fired(path: string, text: string): string[] {
  return Deno.lint.runPlugin(layers, `${ROOT}${path}`, text).map(({ id }) => id.replace("layers/", ""));
}

/** The one message for a file of this path and text. */
function message(path: string, text: string): string | undefined {
  const found = Deno.lint.runPlugin(layers, `${ROOT}${path}`, text);
  assert.equal(found.length, 1, JSON.stringify(found));
  return found[0]?.message;
}

interface ImportCase {
  readonly from: string;
  readonly text: string;
}

const FORBIDDEN: readonly ImportCase[] = [
  // lib: lib.
  { from: "src/lib/ids.ts", text: `import { parseLabel } from "../environments/core/labels/mod.ts";` },
  { from: "src/lib/ids.ts", text: `import type { Clock } from "../ports/clock.ts";` },
  { from: "src/lib/ids.ts", text: `import { z } from "zod";` },
  { from: "src/lib/ids.ts", text: `export { join } from "node:path";` },
  // A core: lib and itself.
  { from: "src/environments/core/plan/plan.ts", text: `import { make } from "../../app/sync/apply.ts";` },
  {
    from: "src/environments/core/plan/plan.ts",
    text: `import type { Clock } from "../../../ports/clock.ts";`,
  },
  { from: "src/environments/core/plan/plan.ts", text: `import type { Forge } from "../../ports/forge.ts";` },
  { from: "src/environments/core/plan/plan.ts", text: `import { join } from "node:path";` },
  { from: "src/environments/core/plan/plan.ts", text: `import { z } from "zod";` },
  { from: "src/environments/core/lock.ts", text: `export * from "../app/sync/apply.ts";` },
  {
    from: "src/environments/core/lock.ts",
    text: `import manifest from "../../../deno.json" with { type: "json" };`,
  },
  {
    from: "src/contexts/core/tree.ts",
    text: `import { parseLabel } from "../../environments/core/labels/mod.ts";`,
  },
  // The ports of a capability: types of its core and lib.
  { from: "src/environments/ports/forge.ts", text: `import { parseFullSha } from "../../lib/ids.ts";` },
  { from: "src/environments/ports/forge.ts", text: `import { parseLabel } from "../core/labels/mod.ts";` },
  { from: "src/environments/ports/forge.ts", text: `import type { Sync } from "../app/sync/sync.ts";` },
  {
    from: "src/contexts/ports/store.ts",
    text: `import type { Lock } from "../../environments/core/lock.ts";`,
  },
  // Shared ports: types of lib.
  { from: "src/ports/clock.ts", text: `import type { Lock } from "../environments/core/lock.ts";` },
  // An app: its core, its ports, shared ports, lib.
  {
    from: "src/environments/app/sync/apply.ts",
    text: `import { make } from "../../../drivers/github/mod.ts";`,
  },
  {
    from: "src/environments/app/sync/apply.ts",
    text: `const x = await import("../../../drivers/github/mod.ts");`,
  },
  {
    from: "src/environments/app/sync/apply.ts",
    text: `import { loadConfig } from "../../../config/mod.ts";`,
  },
  { from: "src/environments/app/sync/apply.ts", text: `import { Octokit } from "@octokit/core";` },
  { from: "src/environments/app/sync/apply.ts", text: `import { readFile } from "node:fs";` },
  { from: "src/environments/app/sync/apply.ts", text: `import { run } from "../../../contexts/app/run.ts";` },
  {
    from: "src/contexts/app/set.ts",
    text: `import { syncPull } from "../../environments/app/sync/sync_pull.ts";`,
  },
  {
    from: "src/environments/app/sync/apply.ts",
    text: `import { run } from "../../../pipelines/app/run.ts";`,
  },
  {
    from: "src/pipelines/app/serve.ts",
    text: `import { planPull } from "../../environments/core/plan/mod.ts";`,
  },
  // A driver: ports, cores, lib, itself, its vendor's package; never another driver.
  { from: "src/drivers/github/mod.ts", text: `import { makeShell } from "../shell/mod.ts";` },
  { from: "src/drivers/github/mod.ts", text: `import { sync } from "../../environments/app/sync/sync.ts";` },
  { from: "src/drivers/github/mod.ts", text: `import { loadConfig } from "../../config/mod.ts";` },
  {
    from: "src/drivers/github/mod.ts",
    text: `import { makeSimulator } from "../../simulators/github/mod.ts";`,
  },
  { from: "src/drivers/docker/mod.ts", text: `import { Octokit } from "@octokit/core";` },
  // A simulator: lib, itself, graphql, zod.
  {
    from: "src/simulators/github/mod.ts",
    text: `import { parseLabel } from "../../environments/core/labels/mod.ts";`,
  },
  {
    from: "src/simulators/github/mod.ts",
    text: `import type { Forge } from "../../environments/ports/forge.ts";`,
  },
  { from: "src/simulators/github/mod.ts", text: `import { Octokit } from "@octokit/core";` },
  // The configuration: cores, lib, zod, yaml.
  { from: "src/config/load.ts", text: `import type { Clock } from "../ports/clock.ts";` },
  { from: "src/config/load.ts", text: `import { read } from "../drivers/actions/mod.ts";` },
  { from: "src/config/load.ts", text: `import { Command } from "commander";` },
  { from: "src/config/load.ts", text: `import { z } from "https://example.com/zod.ts";` },
  // The command line: apps, cores, types of ports, config, lib.
  { from: "src/cli/run.ts", text: `import { makeForge } from "../drivers/github/mod.ts";` },
  { from: "src/cli/run.ts", text: `import { systemClock } from "../ports/clock.ts";` },
  { from: "src/cli/run.ts", text: `import { makeSimulator } from "../simulators/github/mod.ts";` },
  { from: "src/cli/run.ts", text: `import { wire } from "../wiring/wiring.ts";` },
  { from: "src/cli/run.ts", text: `import { readFile } from "node:fs";` },
  { from: "src/cli/run.ts", text: `import { make } from "../../tests/worlds/world.ts";` },
  { from: "src/server/pages.ts", text: `import { makeStore } from "../drivers/postgres/mod.ts";` },
  // The wiring: everything, through the doors.
  { from: "src/wiring/wiring.ts", text: `import { makeClient } from "../drivers/github/client.ts";` },
  { from: "src/wiring/wiring.ts", text: `import { make } from "../../tests/worlds/world.ts";` },
  { from: "src/wiring/wiring.ts", text: `import { main } from "../../tools/compile.ts";` },
  { from: "main.ts", text: `import { renderTable } from "./src/cli/render/table.ts";` },
  { from: "main.ts", text: `import { sync } from "./src/environments/app/sync/sync.ts";` },
  { from: "tests/unit/ids_test.ts", text: `import { z } from "npm:zod@4.6.7";` },
];

const ALLOWED: readonly ImportCase[] = [
  { from: "src/lib/ids.ts", text: `import { usageError } from "./errors.ts";` },
  { from: "src/lib/version.ts", text: `import manifest from "../../deno.json" with { type: "json" };` },
  { from: "src/environments/core/plan/plan.ts", text: `import { parseLabel } from "../labels/mod.ts";` },
  { from: "src/environments/core/plan/plan.ts", text: `import { shortSha } from "../../../lib/ids.ts";` },
  { from: "src/environments/ports/forge.ts", text: `import type { FullSha } from "../../lib/ids.ts";` },
  { from: "src/environments/ports/forge.ts", text: `import { type RunView } from "../core/lock.ts";` },
  { from: "src/ports/forge.ts", text: `import type { Clock } from "./clock.ts";` },
  {
    from: "src/environments/app/sync/apply.ts",
    text: `import { plan } from "../../core/plan/mod.ts"; import type { F } from "../../ports/f.ts";`,
  },
  { from: "src/environments/app/sync/apply.ts", text: `import { c } from "../../../ports/clock.ts";` },
  { from: "src/pipelines/app/serve.ts", text: `import { sync } from "../../environments/app/sync/sync.ts";` },
  {
    from: "src/drivers/github/mod.ts",
    text: `import { Octokit } from "@octokit/core"; export * from "./client.ts";`,
  },
  { from: "src/drivers/github/mod.ts", text: `import { a } from "../../environments/core/lock.ts";` },
  { from: "src/drivers/docker/mod.ts", text: `import { join } from "node:path";` },
  { from: "src/simulators/github/rest/call.ts", text: `import { world } from "../state/world.ts";` },
  {
    from: "src/simulators/github/mod.ts",
    text: `import { parse } from "graphql"; import * as z from "zod";`,
  },
  {
    from: "src/config/load.ts",
    text: `import { z } from "zod"; import { usageError } from "../lib/errors.ts";`,
  },
  { from: "src/config/load.ts", text: `import { parseTtl } from "../environments/core/labels/ttl.ts";` },
  { from: "src/cli/run.ts", text: `import { Command } from "commander";` },
  { from: "src/cli/run.ts", text: `import type { Clock } from "../ports/clock.ts";` },
  { from: "src/cli/run.ts", text: `import { sync } from "../environments/app/sync/sync.ts";` },
  { from: "src/wiring/wiring.ts", text: `const x = await import("../drivers/github/mod.ts");` },
  {
    from: "main.ts",
    text: `import { run } from "./src/cli/run.ts"; import { wire } from "./src/wiring/wiring.ts";`,
  },
  {
    from: "tests/app/sync_test.ts",
    text: `import { makeClient } from "../../src/drivers/github/client.ts";`,
  },
];

for (const { from, text } of FORBIDDEN) {
  Deno.test(`layers/imports refuses in ${from}: ${text}`, () => {
    assert.deepEqual(fired(from, text), ["imports"]);
  });
}

for (const { from, text } of ALLOWED) {
  Deno.test(`layers/imports allows in ${from}: ${text}`, () => {
    assert.deepEqual(fired(from, text), []);
  });
}

Deno.test("layers/imports names both rooms, and the way in where there is one", () => {
  assert.equal(
    message("src/drivers/github/mod.ts", `import { a } from "../shell/mod.ts";`),
    "drivers/github may not import drivers/shell",
  );
  assert.equal(
    message("src/environments/ports/forge.ts", `import { a } from "../core/lock.ts";`),
    "environments/ports may import only types from environments/core: write `import type`",
  );
  assert.equal(
    message("src/wiring/wiring.ts", `import { a } from "../drivers/shell/shell.ts";`),
    "drivers/shell is entered through its mod.ts",
  );
});

Deno.test("layers/imports leaves files outside of the repository alone", () => {
  const found = Deno.lint.runPlugin(layers, "/elsewhere/src/core/a.ts", `import "../app/b.ts";`);
  assert.deepEqual(found, []);
});

for (
  const text of [
    `Deno.env.get("A");`,
    `const now = Date.now();`,
    `const at = new Date();`,
    `const at = Date();`,
    `const n = Math.random();`,
    `const id = crypto.randomUUID();`,
    `const t = performance.now();`,
    `await fetch("https://example.com");`,
    `setTimeout(() => {}, 10);`,
    `const take = { now: fetch };`,
    `console.log(1);`,
    `const clock = globalThis["Date"];`,
  ]
) {
  Deno.test(`layers/pure-core refuses in a core and in lib: ${text}`, () => {
    assert.deepEqual(fired("src/environments/core/a.ts", text), ["pure-core"]);
    assert.deepEqual(fired("src/assets/core/a.ts", text), ["pure-core"]);
    assert.deepEqual(fired("src/lib/a.ts", text), ["pure-core"]);
  });
  Deno.test(`layers/pure-core says nothing in a driver about: ${text}`, () => {
    assert.deepEqual(fired("src/drivers/clock/a.ts", text), []);
  });
}

for (
  const text of [
    `const at = new Date(0);`,
    `const ms = Date.parse("2024-01-15");`,
    `const n = Math.max(1, 2);`,
    `const take = (fetch: () => void) => fetch();`,
    `interface Facts { readonly performance: number; readonly crypto: string }`,
    `const one = { fetch: 1 }; one.fetch;`,
    `await crypto.subtle.digest("SHA-256", new Uint8Array());`,
  ]
) {
  Deno.test(`layers/pure-core allows in a core: ${text}`, () => {
    assert.deepEqual(fired("src/environments/core/a.ts", text), []);
  });
}

Deno.test("layers/no-default-export refuses both spellings and allows names", () => {
  assert.deepEqual(fired("src/environments/app/a.ts", `export default function a() {}`), [
    "no-default-export",
  ]);
  assert.deepEqual(fired("src/environments/app/a.ts", `const a = 1; export { a as default };`), [
    "no-default-export",
  ]);
  assert.deepEqual(fired("src/environments/app/a.ts", `export function a() {}`), []);
});

Deno.test("layers/no-enum refuses enums and allows unions of literals", () => {
  assert.deepEqual(fired("src/environments/app/a.ts", `export enum A { B }`), ["no-enum"]);
  assert.deepEqual(fired("src/environments/app/a.ts", `export type A = "b" | "c";`), []);
});

for (
  const text of [
    `let a = 1;`,
    `var a = 1;`,
    `export let a = 1;`,
    `const seen = new Map<string, number>();`,
    `export const seen = new Set();`,
    `const seen: string[] = [];`,
  ]
) {
  Deno.test(`layers/no-module-state refuses: ${text}`, () => {
    assert.deepEqual(fired("src/environments/app/a.ts", text), ["no-module-state"]);
  });
}

for (
  const text of [
    `const a = 1;`,
    `const NAMES = new Set(["a"]);`,
    `const NONE: readonly string[] = [];`,
    `function a() { let b = 1; const seen = new Map(); return [b, seen]; }`,
  ]
) {
  Deno.test(`layers/no-module-state allows: ${text}`, () => {
    assert.deepEqual(fired("src/environments/app/a.ts", text), []);
  });
}

for (
  const text of [
    `export function f(a: A, b: B, c: C) {}`,
    `export function f(a: A, b: B, c: C, signal: AbortSignal) {}`,
    `function f(a: A, b: B, c: C, d: D) {}`,
    `const f = (a: A, b: B, c: C) => {};`,
    `class K { m(a: A, b: B, c: C) {} }`,
    `class K { constructor(a: A, b: B, c: C, d: D) {} }`,
    `interface P { m(a: A, b: B, c: C): void }`,
    `type F = (a: A, b: B, c: C) => void;`,
  ]
) {
  Deno.test(`layers/few-parameters refuses: ${text}`, () => {
    assert.deepEqual(fired("src/environments/app/a.ts", text), ["few-parameters"]);
  });
}

for (
  const text of [
    `export function f(a: A, b: B) {}`,
    `export function f(a: A, b: B, signal: AbortSignal) {}`,
    `export function f(a: A, b: B, options: C = {}, signal?: AbortSignal) {}`,
    `export function f(a: A, b: B, { c, d }: C = {}) {}`,
    `export function f(a: A, b: B, how: BuildOptions) {}`,
    `export function f(a: A, b: B, how: { c: C }) {}`,
    `function f(a: A, b: B, c: C) {}`,
    `class K { constructor(a: A, b: B, c: C) {} }`,
    `interface P { m(a: A, b: B, signal: AbortSignal): void }`,
    `list.reduce((a, b, c) => a, 0);`,
  ]
) {
  Deno.test(`layers/few-parameters allows: ${text}`, () => {
    assert.deepEqual(fired("src/environments/app/a.ts", text), []);
  });
}

Deno.test("layers/no-long-any refuses AbortSignal.any of two signals, and allows a limit of time", () => {
  const path = "src/drivers/docker/a.ts";
  assert.deepEqual(fired(path, "AbortSignal.any([signal, stop.signal]);"), ["no-long-any"]);
  assert.deepEqual(fired(path, "AbortSignal.any([signal, AbortSignal.timeout(MS)]);"), []);
  assert.deepEqual(fired(path, "AbortSignal.any([signal, limit]);"), []);
});

for (
  const [path, most] of [
    ["src/environments/app/a.ts", 400],
    ["tests/app/a.ts", 600],
    ["main.ts", 40],
  ] as const
) {
  Deno.test(`layers/file-length allows ${most} lines in ${path} and refuses one more`, () => {
    assert.deepEqual(fired(path, "f();\n".repeat(most)), []);
    assert.equal(message(path, "f();\n".repeat(most + 1)), `${most + 1} lines: at most ${most}`);
  });
}

Deno.test("layers/file-name refuses what is not snake_case, folders included", () => {
  assert.equal(message("src/app/syncPull.ts", ""), "`syncPull.ts` is not snake_case");
  assert.equal(message("src/app/sync-pull.ts", ""), "`sync-pull.ts` is not snake_case");
  assert.equal(message("src/App/sync.ts", ""), "`App` is not snake_case");
  assert.deepEqual(fired("src/app/sync_pull2.ts", ""), []);
});

Deno.test("layers/test-file refuses tests that the runner would not find", () => {
  const test = `Deno.test("f() works", () => {});`;
  assert.deepEqual(fired("tests/unit/ids.ts", test), ["test-file"]);
  assert.deepEqual(fired("src/core/ids_test.ts", ""), ["test-file"]);
  assert.deepEqual(fired("tests/unit/ids_test.ts", test), []);
  assert.deepEqual(fired("tests/contract/platform_contract.ts", `export function suite() { ${test} }`), []);
});
