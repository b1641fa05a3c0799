import assert from "node:assert/strict";

const ROOT = decodeURIComponent(new URL("../../../", import.meta.url).pathname);

Deno.test({
  name: "`deno task demo:assets` plays production, QA and back to its end, and leaves nothing behind",
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "showtime-demo-test-" });
    try {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["task", "--quiet", "demo:assets"],
        cwd: ROOT,
        env: { TMPDIR: folder, NO_COLOR: "1" },
        stdin: "null",
      }).output();
      const out = new TextDecoder().decode(stdout);
      const both = out + new TextDecoder().decode(stderr);
      assert.equal(code, 0, both);
      // Every scene names its command, and the last sentence counts them.
      const played = [...out.matchAll(/^\$ showtime (assets [a-z]+)/gm)].map(([, command]) => command);
      assert.deepEqual([played[0], played.at(-1)], ["assets export", "assets diff"], both);
      assert.match(out, new RegExp(`^That was ${played.length} commands on two simulated Supersets`, "m"));
      assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
