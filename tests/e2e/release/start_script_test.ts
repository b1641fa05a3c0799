import assert from "node:assert/strict";
import { stop } from "esbuild";
import { type Chunks, joinChunks } from "../../../tools/start_up/join_chunks.ts";

/** Chunks as the bundler writes them: the main one, two that the parts import, one that only passes on, and one more. */
const CHUNKS = {
  "main.js":
    `import {\n  greet,\n  Fault as Problem\n} from "./chunk-A.js";\nimport "./chunk-B.js";\n\n// main.ts\n` +
    `const { load } = await import("./again-D.js");\nconst more = await load();\n` +
    `console.log(greet("Ana"), more.greet === greet, more.fail() instanceof Problem, globalThis.order.join());\n`,
  "chunk-A.js": `// a.ts\nglobalThis.order = ["a"];\nvar Fault = class extends Error {\n};\n` +
    `var greet = (name) => \`Hello \${name}\`;\n\nexport {\n  greet,\n  Fault\n};\n`,
  "chunk-B.js":
    `import {\n  greet\n} from "./chunk-A.js";\nimport { join } from "node:path";\n\n// b.ts\nglobalThis.order.push(join("b", "c"));\n` +
    `var load = () => import("./later-C.js");\n\nexport {\n  greet as hail,\n  load\n};\n`,
  "again-D.js": `import {\n  load\n} from "./chunk-B.js";\nimport "./chunk-A.js";\nexport {\n  load\n};\n`,
  "later-C.js":
    `import {\n  Fault,\n  greet\n} from "./chunk-A.js";\n\n// c.ts\nglobalThis.order.push("c");\n` +
    `var fail = () => new Fault();\nexport {\n  fail,\n  greet\n};\n`,
  "parts/all.js": `import "../chunk-A.js";\nimport "../chunk-B.js";\n`,
};

function chunksWith(more: Readonly<Record<string, string>> = {}): Chunks {
  return new Map(Object.entries({ ...CHUNKS, ...more }));
}

/** Runs the main chunk in a folder that has what was joined. */
async function runMain(
  chunks: Chunks,
): Promise<{ readonly said: string; readonly files: readonly string[] }> {
  const folder = await Deno.makeTempDir({ prefix: "showtime-start-test-" });
  try {
    const joined = await joinChunks(chunks, "parts/all.js");
    for (const [name, text] of joined.chunks) await Deno.writeTextFile(`${folder}/${name}`, text);
    await Deno.writeTextFile(`${folder}/start.txt`, joined.script);
    await Deno.writeTextFile(`${folder}/start.bin`, "");
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-config", "--no-prompt", "--unstable-raw-imports", "main.js"],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    return { said, files: [...joined.chunks.keys()].sort() };
  } finally {
    await stop();
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("joinChunks() keeps each module once, and the order in which they run", async () => {
  const { said, files } = await runMain(chunksWith());

  assert.equal(said, "Hello Ana true true a,b/c,c\n");
  assert.deepEqual(files, ["later-C.js", "main.js", "start.js"]);
});

Deno.test("joinChunks() refuses a chunk that sets its values after it has run", async () => {
  const late =
    `// a.ts\nvar greet;\nvar init = __esm({\n  "a.js"() {\n    greet = () => "Hello";\n  }\n});\nexport {\n  greet\n};\n`;

  await assert.rejects(joinChunks(chunksWith({ "chunk-A.js": late }), "parts/all.js"), /chunk-A\.js/);
});

Deno.test("joinChunks() refuses a chunk that asks for its own address", async () => {
  const own = `${CHUNKS["chunk-A.js"]}console.log(import.meta.url);\n`;

  await assert.rejects(
    joinChunks(chunksWith({ "chunk-A.js": own }), "parts/all.js"),
    /chunk-A\.js asks for its own address/,
  );
});
