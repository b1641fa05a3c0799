import assert from "node:assert/strict";

const ROOT = decodeURIComponent(new URL("../../../", import.meta.url).pathname);

Deno.test({
  name: "`deno task demo:contexts` plays a release to its end, with a kill, and leaves nothing behind",
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "showtime-demo-test-" });
    try {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["task", "--quiet", "demo:contexts"],
        cwd: ROOT,
        env: { TMPDIR: folder, NO_COLOR: "1" },
        stdin: "null",
      }).output();
      const out = new TextDecoder().decode(stdout);
      const both = out + new TextDecoder().decode(stderr);
      assert.equal(code, 0, both);
      // Every scene names its command, and the last sentence counts them.
      const played = [...out.matchAll(/^\$ showtime (context [a-z]+)/gm)].map(([, command]) => command);
      assert.deepEqual([played[0], played.at(-1)], ["context init", "context get"], both);
      assert.match(out, new RegExp(`^That was ${played.length} commands on one context`, "m"));
      // The message with a result arrives once, the one that was cut off twice, with one Idempotency-Key.
      assert.equal(both.split("is being deployed").length - 1, 1, both);
      assert.equal(both.split("answers on eu-1 and eu-2").length - 1, 2, both);
      assert.match(both, /notify\.checked may have been sent .* with the same Idempotency-Key/);
      assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
