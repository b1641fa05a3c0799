/** Clones to run the program in. */

/** A folder with a clone in it, and a home without settings of Git. */
export interface GitFolder {
  readonly path: string;
  readonly home: string;
  /** Runs Git there and returns its output. Throws if it fails. */
  git(...args: readonly string[]): Promise<string>;
  /** Writes a file below the folder. */
  write(path: string, text: string): Promise<void>;
  /** Commits every file and returns the commit's hash. */
  commit(message: string): Promise<string>;
  remove(): Promise<void>;
}

/** Makes a new clone without a commit. `remote` is the address of origin. */
export async function makeGitFolder({ remote }: { readonly remote?: string } = {}): Promise<GitFolder> {
  const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "showtime-clone-" }));
  const home = await Deno.makeTempDir({ prefix: "showtime-home-" });
  const git = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await new Deno.Command("git", {
      args: ["-C", path, "-c", "user.name=Ana", "-c", "user.email=ana@example.com", ...args],
      env: { HOME: home, GIT_CONFIG_NOSYSTEM: "1" },
    }).output();
    const text = new TextDecoder().decode(stdout).trim();
    if (code !== 0) throw new Error(`git ${args.join(" ")}: ${text}${new TextDecoder().decode(stderr)}`);
    return text;
  };
  await git("init", "--quiet", "--initial-branch=main");
  if (remote !== undefined) await git("remote", "add", "origin", remote);
  const write = async (name: string, text: string) => {
    const whole = `${path}/${name}`;
    await Deno.mkdir(whole.slice(0, whole.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(whole, text);
  };
  return {
    path,
    home,
    git,
    write,
    async commit(message) {
      await git("add", "--all");
      await git("commit", "--quiet", "--allow-empty", "--message", message);
      return await git("rev-parse", "HEAD");
    },
    async remove() {
      for (const each of [path, home]) await Deno.remove(each, { recursive: true });
    },
  };
}
