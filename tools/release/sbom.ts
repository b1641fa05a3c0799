/**
 * Lists what is in the executable, as CycloneDX: the packages that the sources import, what those depend on by the
 * lock file, and the runtime. What only tests and builds use is not in it.
 *
 *     deno run --allow-read tools/release/sbom.ts > showtime.cdx.json
 */

import { sha256 } from "../../src/lib/sha256.ts";

const ROOT = new URL("../../", import.meta.url);

interface Lock {
  readonly npm: Readonly<
    Record<string, { readonly integrity?: string; readonly dependencies?: readonly string[] }>
  >;
  readonly specifiers: Readonly<Record<string, string>>;
}

/** What the list is made from. */
export interface SbomSource {
  readonly version: string;
  /** Of the runtime that is compiled in. */
  readonly deno: string;
  /** Bare names to specifiers, as deno.json has them. */
  readonly imports: Readonly<Record<string, string>>;
  readonly lock: Lock;
  /** The texts of the program's sources. */
  readonly sources: readonly string[];
  /** The scripts that a release has beside the executable, with their SHA-256 in hexadecimal digits. */
  readonly files?: readonly { readonly name: string; readonly sha256: string }[];
}

/** The list. The same sources give the same list. */
export function makeSbom({ version, deno, imports, lock, sources, files = [] }: SbomSource) {
  const roots = usedImports(imports, sources).map((specifier) => keyOf(lock, specifier));
  const keys = [...reachable(lock, roots)].sort();
  const program = `pkg:generic/showtime@${version}`;
  const runtime = `pkg:github/denoland/deno@v${deno}`;
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      component: { type: "application", "bom-ref": program, name: "showtime", version, purl: program },
    },
    components: [
      { type: "framework", "bom-ref": runtime, name: "deno", version: deno, purl: runtime },
      ...keys.map((key) => componentOf(lock, key)),
      ...files.map(({ name, sha256 }) => ({
        type: "file",
        "bom-ref": `${program}#${name}`,
        name,
        version,
        purl: `${program}#${name}`,
        hashes: [{ alg: "SHA-256", content: sha256 }],
      })),
    ],
    dependencies: [
      { ref: program, dependsOn: [runtime, ...roots.map(purlOf)] },
      { ref: runtime, dependsOn: [] },
      ...keys.map((key) => ({ ref: purlOf(key), dependsOn: dependenciesOf(lock, key).map(purlOf) })),
    ],
  };
}

/** Specifiers of the packages that a source imports, by itself or a file of theirs. */
function usedImports(imports: SbomSource["imports"], sources: readonly string[]): readonly string[] {
  const named = new Set(
    sources.flatMap((text) =>
      [...text.matchAll(/(?:from|import\()\s*"([^."][^"]*)"/g)].map(([, name = ""]) => name)
    ),
  );
  return Object.entries(imports).filter(([name]) =>
    [...named].some((each) => each === name || each.startsWith(`${name}/`))
  ).map(([, specifier]) => specifier).sort();
}

function keyOf(lock: Lock, specifier: string): string {
  const resolved = lock.specifiers[specifier];
  const name = /^npm:(@?[^@]+)@/.exec(specifier)?.[1];
  const key = `${name}@${resolved}`;
  if (resolved === undefined || !(key in lock.npm)) {
    throw new Error(`Reading deno.lock: it does not have ${specifier}`);
  }
  return key;
}

function reachable(lock: Lock, roots: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const rest = [...roots];
  for (let key = rest.pop(); key !== undefined; key = rest.pop()) {
    if (found.has(key)) continue;
    found.add(key);
    rest.push(...dependenciesOf(lock, key));
  }
  return found;
}

/** What a package depends on: the lock names a version only where there are several. */
function dependenciesOf(lock: Lock, key: string): readonly string[] {
  return (lock.npm[key]?.dependencies ?? []).map((named) => {
    const fitting = Object.keys(lock.npm).filter((each) => each === named || each.startsWith(`${named}@`));
    const [only] = fitting;
    if (only === undefined || fitting.length > 1) {
      throw new Error(`Reading deno.lock: ${named}, which ${key} depends on, is ${fitting.length} packages`);
    }
    return only;
  });
}

function componentOf(lock: Lock, key: string) {
  const { name, version } = partsOf(key);
  const [, digest] = /^sha512-([A-Za-z0-9+/=]+)$/.exec(lock.npm[key]?.integrity ?? "") ?? [];
  return {
    type: "library",
    "bom-ref": purlOf(key),
    name,
    version,
    purl: purlOf(key),
    ...(digest === undefined ? {} : { hashes: [{ alg: "SHA-512", content: toHex(digest) }] }),
  };
}

function purlOf(key: string): string {
  const { name, version } = partsOf(key);
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}

/** `name@version`, and behind it the peers that it was resolved with. */
function partsOf(key: string): { readonly name: string; readonly version: string } {
  const [, name, version] = /^(@?[^@]+)@([^_]+)/.exec(key) ?? [];
  if (name === undefined || version === undefined) {
    throw new Error(`Reading deno.lock: "${key}" is no package`);
  }
  return { name, version };
}

function toHex(base64: string): string {
  return Array.from(atob(base64), (char) => char.charCodeAt(0).toString(16).padStart(2, "0")).join("");
}

async function readSources(folder: URL): Promise<readonly string[]> {
  const texts: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) texts.push(...await readSources(new URL(`${name}/`, folder)));
    else if (name.endsWith(".ts")) texts.push(await Deno.readTextFile(new URL(name, folder)));
  }
  return texts;
}

if (import.meta.main) {
  const manifest = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const sbom = makeSbom({
    version: manifest.version,
    deno: Deno.version.deno,
    imports: manifest.imports,
    lock: JSON.parse(await Deno.readTextFile(new URL("deno.lock", ROOT))),
    sources: await readSources(new URL("src/", ROOT)),
    files: [{
      name: "showtime-run",
      sha256: await sha256(await Deno.readTextFile(new URL("showtime-run", ROOT))),
    }],
  });
  console.log(JSON.stringify(sbom, null, 2));
}
