/** Plays a script with one module of the program replaced by a mutant, in a process of its own. */

/** A change of one module, as text. */
export interface Mutation {
  /** Below the repository, as `src/environments/core/plan/likeness.ts`. */
  readonly module: string;
  readonly from: string;
  readonly to: string;
}

/** How the script ended. */
export interface MutantEnd {
  readonly code: number;
  readonly said: string;
}

/** The repository. */
const ROOT = new URL("../../", import.meta.url);

/** Runs a script below the repository. Throws if the module does not have the text that the mutation replaces. */
export async function runMutant(
  mutation: Mutation | undefined,
  script: { readonly path: string; readonly args: readonly string[] },
): Promise<MutantEnd> {
  const folder = await Deno.makeTempDir({ prefix: "mutant-" });
  try {
    const { imports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
    const map = { imports: { ...imports, ...await mutantImports(mutation, folder) } };
    await Deno.writeTextFile(`${folder}/map.json`, JSON.stringify(map));
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-check",
        "--no-lock",
        "--allow-all",
        `--import-map=${folder}/map.json`,
        new URL(script.path, ROOT).href,
        ...script.args,
      ],
      stdout: "piped",
      stderr: "piped",
    }).output();
    return { code, said: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Writes the mutant and returns the import of the module in whose place it stands. */
async function mutantImports(
  mutation: Mutation | undefined,
  folder: string,
): Promise<Readonly<Record<string, string>>> {
  if (mutation === undefined) return {};
  const { module, from, to } = mutation;
  const original = new URL(module, ROOT);
  const text = await Deno.readTextFile(original);
  if (text.split(from).length !== 2) throw new Error(`Changing ${module}: it does not have "${from}" once`);
  // The mutant stands in another folder, so its imports are made absolute.
  const absolute = text.replace(from, () => to).replaceAll(
    /(from|import\()(\s*)"(\.[^"]+)"/g,
    (_, word, space, path) => `${word}${space}"${new URL(path, original).href}"`,
  );
  await Deno.writeTextFile(`${folder}/mutant.ts`, absolute);
  return { [original.href]: new URL(`file://${folder}/mutant.ts`).href };
}
