/**
 * `deno doc --lint` for lib, cores and ports, with two exceptions. Properties: `readonly headSha: FullSha` says what a comment
 * would repeat. And the type behind brands, which is private so that nobody else makes one. Whatever else is exported
 * is documented, methods included.
 */

/** One finding of `deno doc --lint`. */
export interface Finding {
  readonly rule: string;
  readonly text: string;
  /** The line of source it is about, as it stands in the file. */
  readonly source: string;
}

/** Reads the findings out of what `deno doc --lint` says, without colours. */
export function parseFindings(output: string): Finding[] {
  return output.split(/^(?=error\[)/m).flatMap((text) => {
    const rule = /^error\[([a-z-]+)\]/.exec(text)?.[1];
    const line = /^\s*--> .*:(\d+):\d+$/m.exec(text)?.[1];
    if (rule === undefined || line === undefined) return [];
    const source = new RegExp(`^ *${line} \\| ?(.*)$`, "m").exec(text)?.[1] ?? "";
    return [{ rule, text: text.trim(), source }];
  });
}

/** Whether a finding only asks for a comment on a property. */
export function isUndocumentedProperty({ rule, source }: Finding): boolean {
  return rule === "missing-jsdoc" && /^\s+(override )?readonly \w+\??(:| =)/.test(source);
}

/** Whether a finding only says that a branded type hides how it is branded. */
export function isBrand({ rule, text }: Finding): boolean {
  return rule === "private-type-ref" &&
    text.split("\n")[0]?.endsWith("references private type 'Brand'") === true;
}

async function main(): Promise<number> {
  const root = new URL("../", import.meta.url);
  const rooms = ["src/lib/", "src/ports/", "src/environments/core/", "src/environments/ports/"];
  const files = (await Promise.all(rooms.map((room) => list(root, room)))).flat();
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--lint", "--quiet", ...files],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  if (success) return 0;
  const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  const findings = parseFindings(output);
  const wrong = findings.filter((one) => !isUndocumentedProperty(one) && !isBrand(one));
  if (findings.length === 0) console.error(output);
  for (const { text } of wrong) console.error(`${text}\n`);
  if (wrong.length > 0) console.error(`Found ${wrong.length} findings in the documentation`);
  return findings.length > 0 && wrong.length === 0 ? 0 : 1;
}

async function list(root: URL, folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const entry of Deno.readDir(new URL(folder, root))) {
    if (entry.isDirectory) files.push(...await list(root, `${folder}${entry.name}/`));
    else if (entry.name.endsWith(".ts")) files.push(`${folder}${entry.name}`);
  }
  return files.sort();
}

if (import.meta.main) Deno.exit(await main());
