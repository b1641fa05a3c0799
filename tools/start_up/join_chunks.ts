/**
 * Joins the chunks that a start needs into one script. The runtime can store the compiled form of a script in the
 * executable, and use it at the next start. It cannot do so for modules.
 */

import { build, type Plugin } from "esbuild";

/** The text of each chunk by its name, which is its path in their folder. */
export type Chunks = ReadonlyMap<string, string>;

/** A script, and the chunks that import from it. */
export interface Joined {
  /** An expression: a function of `module`, `require` and what loads chunks. */
  readonly script: string;
  /** The chunks that are left, and one that runs the script. */
  readonly chunks: Chunks;
}

/** Chunks by name, each with its number in the script, in the order in which they run. */
type Numbers = ReadonlyMap<string, number>;

/** The chunks in the script, and the names that are wanted of it. Each name ends with the number of its chunk. */
interface Script {
  readonly numbers: Numbers;
  readonly wanted: Set<string>;
}

/** The module that runs the script. */
export const START = "start.js";

const STATIC = /^import (?:\{([^}]*)\} from )?"(\.[^"]*)";$/gm;
const DYNAMIC = /\bimport\("((?:\.|node:)[^"]*)"\)/g;
/** The function that the script loads with. Its name must not be a name in a chunk. */
const LOAD = "__loadChunk";
/** What a chunk in the script must not have. */
const UNFIT: readonly (readonly [RegExp, string])[] = [
  // Others get the values of a chunk once it has run. A wrapper of the bundler sets them later.
  [/= __(?:esm|commonJS)\(\{/, "has a package in it that runs when it is first required"],
  [/\bimport\.meta\b/, "asks for its own address, which a script has not"],
  [/\b__loadChunk\b/, "has the name of the function that loads chunks"],
];
const EXPORTED = /^export \{([^}]*)\};$/gm;

/** Joins what a chunk imports, and what only passes that on. The code runs in the order in which it ran before. */
export async function joinChunks(chunks: Chunks, root: string): Promise<Joined> {
  const imported = closure(chunks, root).filter((name) => name !== root);
  const passing = [...chunks].filter(([name, text]) => !imported.includes(name) && passesOn(text, imported));
  const names = [...imported, ...passing.map(([name]) => name).filter((name) => name !== root)];
  const numbers: Numbers = new Map(names.map((name, index) => [name, index]));
  const wanted = new Set<string>();
  const loaded = new Set<string>();
  const members = new Map<string, string>();
  const others = new Map<string, string>();
  for (const [name, text] of chunks) {
    if (name === root) continue;
    if (numbers.has(name)) members.set(name, loadByScript(name, { text, loaded }));
    else others.set(name, importScript(text, { numbers, wanted }));
  }
  others.set(START, startModule(loaded, { numbers, wanted }));
  return { script: await makeScript(members, { numbers, wanted }), chunks: others };
}

/** Returns the name of a chunk and the names of what it imports, in the order in which they run. */
function closure(chunks: Chunks, root: string): readonly string[] {
  const seen = new Set<string>();
  const order: string[] = [];
  const visit = (name: string) => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const [, , path = ""] of textOf(chunks, name).matchAll(STATIC)) visit(nameOf(path));
    order.push(name);
  };
  visit(root);
  return order;
}

/** Whether a chunk has no code, and only exports what it imports from these. */
function passesOn(text: string, names: readonly string[]): boolean {
  const paths = [...text.matchAll(STATIC)].map(([, , path = ""]) => path);
  return paths.every((path) => names.includes(nameOf(path))) &&
    text.replace(STATIC, "").replace(EXPORTED, "").trim() === "";
}

/** Lets a chunk in the script load others with the function that the script gets; adds their paths. */
function loadByScript(
  name: string,
  { text, loaded }: { readonly text: string; readonly loaded: Set<string> },
): string {
  for (const [pattern, fault] of UNFIT) {
    if (pattern.test(text)) throw new Error(`Joining chunks: ${name} ${fault}`);
  }
  return text.replace(DYNAMIC, (_, path: string) => {
    loaded.add(path);
    return `${LOAD}("${path}")`;
  });
}

/** Lets a chunk take from the script what it imports from the chunks in it; adds the names to what is wanted of it. */
function importScript(text: string, { numbers, wanted }: Script): string {
  return text.replace(DYNAMIC, (whole, path: string) => {
    const number = numbers.get(nameOf(path));
    if (number === undefined) return whole;
    wanted.add(`all_${number}`);
    return `import("./${START}").then(({ start }) => start.all_${number})`;
  }).replace(STATIC, (whole, list: string | undefined, path: string) => {
    const number = numbers.get(nameOf(path));
    if (number === undefined) return whole;
    if (list === undefined) return `import "./${START}";`;
    const taken = pairs(list).map(([theirs, own]) => {
      wanted.add(`${theirs}_${number}`);
      return `${theirs}_${number}: ${own}`;
    });
    return `import { start as start_${number} } from "./${START}";\n` +
      `const { ${taken.join(", ")} } = start_${number};`;
  });
}

/** Writes the module that runs the script, and loads chunks and Node's modules for it. */
function startModule(paths: ReadonlySet<string>, { numbers, wanted }: Script): string {
  const loads = [...paths].map((path) => {
    const number = numbers.get(nameOf(path));
    if (number === undefined) return `"${path}": () => import("${path}")`;
    wanted.add(`all_${number}`);
    return `"${path}": () => Promise.resolve(start.all_${number})`;
  });
  return `import source from "./start.txt" with { type: "text" };
import cachedData from "./start.bin" with { type: "bytes" };
const { Script } = process.getBuiltinModule("node:vm");
export const script = new Script(source, { 
  filename: import.meta.resolve("./start.txt"),
  ...cachedData.length > 0 ? { cachedData } : {},
});
const module = { exports: {} };
const loads = { ${loads.join(", ")} };
script.runInThisContext()(module, (name) => process.getBuiltinModule(name), (path) => loads[path]());
export const start = module.exports;
`;
}

/** Makes one script of its members. Each name gets the number of its chunk. */
async function makeScript(members: Chunks, { numbers, wanted }: Script): Promise<string> {
  const lines = [...numbers].flatMap(([name, number]) => {
    const names = [...textOf(members, name).matchAll(EXPORTED)].flatMap(([, list = ""]) => pairs(list));
    const renamed = names.map(([, theirs]) => [theirs, `${theirs}_${number}`] as const)
      .filter(([, unique]) => wanted.has(unique)).map(([theirs, unique]) => `${theirs} as ${unique}`);
    return [
      `export { ${renamed.join(", ")} } from "./${name}";`,
      ...wanted.has(`all_${number}`) ? [`export * as all_${number} from "./${name}";`] : [],
    ];
  });
  const plugin: Plugin = {
    name: "chunks",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /./ }, ({ path }) => {
        const name = nameOf(path);
        return members.has(name) ? { path: name, namespace: "chunk" } : { path, external: true };
      });
      onLoad({ filter: /./, namespace: "chunk" }, ({ path }) => ({
        contents: textOf(members, path),
        loader: "js",
      }));
    },
  };
  const { outputFiles: [output] } = await build({
    stdin: { contents: lines.join("\n"), loader: "js", sourcefile: START },
    bundle: true,
    write: false,
    format: "cjs",
    target: "esnext",
    platform: "neutral",
    minify: true,
    legalComments: "none",
    plugins: [plugin],
    logLevel: "error",
  });
  if (output === undefined) throw new Error("Joining chunks: the bundler made nothing of them");
  if (/\bimport\s*[({"'*]/.test(output.text)) {
    throw new Error("Joining chunks: the script imports as only a module can");
  }
  return `(function (module, require, ${LOAD}) {"use strict";${output.text}\n})`;
}

function textOf(chunks: Chunks, name: string): string {
  const text = chunks.get(name);
  if (text === undefined) throw new Error(`Joining chunks: there is no ${name}`);
  return text;
}

/** Returns the name of the chunk that a path means, from whichever folder. */
function nameOf(path: string): string {
  return path.replace(/^(?:\.\.?\/)+/, "");
}

/** Reads `a, b as c` into pairs of what stands before and after `as`. */
function pairs(list: string): readonly (readonly [string, string])[] {
  return list.split(",").map((each) => each.trim()).filter((each) => each !== "").map((each) => {
    const [before = "", after = before] = each.split(" as ");
    return [before, after] as const;
  });
}
