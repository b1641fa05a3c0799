import { dirname } from "node:path";

/** Sources a file in `sh` and returns the variables that begin with CICD_, by name. */
export async function sourceShellFile(path: string): Promise<Readonly<Record<string, string>>> {
  const text = await Deno.readTextFile(path);
  const names = [...new Set(Array.from(text.matchAll(/^(CICD_\w+)=/gm), ([, name = ""]) => name))];
  const prints = names.map((name) => `printf '%s=%s\\0' ${name} "$${name}"`).join("\n");
  const command = new Deno.Command("sh", {
    args: ["-c", `. "$1"\n${prints}\n`, "sh", path],
    // What a value runs leaves its traces beside the file.
    cwd: dirname(path),
    clearEnv: true,
    env: { PATH: Deno.env.get("PATH") ?? "" },
  });
  const { code, stdout, stderr } = await command.output();
  if (code !== 0) throw new Error(`Sourcing ${path}: ${new TextDecoder().decode(stderr)}`);
  const pairs = new TextDecoder().decode(stdout).split("\0").filter((pair) => pair !== "");
  return Object.fromEntries(pairs.map((pair) => {
    const at = pair.indexOf("=");
    return [pair.slice(0, at), pair.slice(at + 1)] as const;
  }));
}
