import assert from "node:assert/strict";

/** Commits what is in a folder, which becomes a Git checkout where it was none, and returns the commit's full SHA. */
export async function commitAll(folder: string): Promise<string> {
  await git(folder, "init", "--quiet");
  await git(folder, "add", "--all");
  await git(folder, "commit", "--quiet", "--allow-empty", "--message", "A commit");
  return await git(folder, "rev-parse", "HEAD");
}

async function git(cwd: string, ...args: string[]): Promise<string> {
  const identity = ["-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main"];
  const output = await new Deno.Command("git", { args: [...identity, ...args], cwd }).output();
  assert.equal(output.code, 0, new TextDecoder().decode(output.stderr));
  return new TextDecoder().decode(output.stdout).trim();
}
