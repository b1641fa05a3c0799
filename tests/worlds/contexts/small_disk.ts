import assert from "node:assert/strict";

/** A disk that is soon full. */
export interface SmallDisk extends AsyncDisposable {
  readonly path: string;
  /** Makes it read-only. */
  protect(): Promise<void>;
}

/** Mounts a disk of 1 MiB, which takes the part `tmpfs` of the world. */
export async function mountSmallDisk(): Promise<SmallDisk> {
  const path = await Deno.makeTempDir({ prefix: "showtime-disk-" });
  const run = async (program: string, ...args: string[]) =>
    assert.ok((await new Deno.Command(program, { args }).output()).success, program);
  await run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", path);
  return {
    path,
    protect: () => run("mount", "-o", "remount,ro", path),
    async [Symbol.asyncDispose]() {
      await run("umount", path);
      await Deno.remove(path);
    },
  };
}
