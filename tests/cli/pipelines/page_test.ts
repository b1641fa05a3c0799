/** The files of docs/pipeline-files.md and the output that the page shows, and the variables of docs/pipelines.md. */

import assert from "node:assert/strict";
import { NODE_KEYS } from "../../../src/pipelines/core/file/node_keys.ts";
import { parseVariableFile } from "../../../src/pipelines/core/variable_file.ts";
import { BuildWorld } from "../../worlds/pipelines/build_world.ts";
import { makePipeline } from "../../worlds/pipelines/sketch.ts";
import { runOnFiles } from "./on_files.ts";

const PAGE = await Deno.readTextFile(new URL("../../../docs/pipeline-files.md", import.meta.url));

/** Returns the block after a comment `<!-- page: name -->`. */
function blockOf(name: string): string {
  const block = new RegExp(`<!-- page: ${name} -->\\n\`\`\`\\w+\\n([^]*?)\`\`\``).exec(PAGE)?.[1];
  assert.ok(block !== undefined, name);
  return block;
}

/** The file that the first commands of the page write. */
const EXAMPLE = /^cat > build\.yml <<'(\w+)'\n([^]*?)^\1$/m.exec(PAGE)?.[2] ?? "";

Deno.test("docs/pipeline-files.md shows what pipeline show prints about its example", async () => {
  const files = { "build.yml": EXAMPLE, "changed.txt": "src/server.ts\n" };
  const check = await runOnFiles(["check", "build.yml"], { files });
  assert.equal(check.out, "build.yml: no mistake in web, 8 steps (version 1)\n");
  const { out } = await runOnFiles(["show", "build.yml", "-c", "changed.txt"], { files });
  assert.equal(out, blockOf("show"));
});

Deno.test("docs/pipeline-files.md shows what pipeline check prints about its faulty file", async () => {
  const { code, out } = await runOnFiles(["check", "build.yml"], {
    files: { "build.yml": blockOf("faulty") },
  });
  assert.equal(code, 2);
  assert.equal(out, blockOf("check"));
});

Deno.test("docs/pipeline-files.md has a row for each key of a node, and for no other", () => {
  const table = PAGE.slice(PAGE.indexOf("| key | meaning |"), PAGE.indexOf("- **Texts**"));
  const keys = [...table.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`([a-z-]+)`/g)].map(([, key]) => key)
  );
  assert.deepEqual(keys, [...NODE_KEYS]);
});

Deno.test("a file of variables is read as docs/pipeline-files.md says", () => {
  const { values, problems, warnings } = parseVariableFile('# c\n\nexport A=b=c \nB="x"\nB=y\n');
  assert.deepEqual([...values], [["A", "b=c "], ["B", "y"]]);
  assert.deepEqual([problems.length, warnings.length], [0, 2]);
});

Deno.test("docs/pipelines.md has a row for each variable that a step gets besides its environment", async () => {
  const page = await Deno.readTextFile(new URL("../../../docs/pipelines.md", import.meta.url));
  const table = page.slice(page.indexOf("| variable | holds |"), page.indexOf("A step hands values on"));
  const rows = [...table.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name);

  const world = new BuildWorld();
  await world.run(makePipeline({ steps: [{ name: "a" }] }));
  const given = Object.keys(world.programs.runs[0]?.env ?? {});

  assert.ok(rows.length > 0);
  assert.deepEqual(rows.sort(), given.sort());
});
