import assert from "node:assert/strict";
import { AppError } from "../../../src/lib/errors.ts";
import { fullSha, prNumber } from "../../../src/lib/ids.ts";
import { makeImages } from "../../../src/drivers/docker/mod.ts";
import { makeShell } from "../../../src/drivers/shell/mod.ts";
import { runDocker, tryDocker, writeTestContext } from "../../worlds/docker/images.ts";
import { part } from "../../worlds/require.ts";

const docker = await part("docker");
const busybox = await part("busybox");
/** Many steps that need no container: nothing but files remains of an engine that dies among them. */
const STEPS = 60;
const THIRD = /\b3\/\d\d\b/;
const LAST = /\b60\/\d\d\b/;
const DOCKERFILE = ["FROM scratch", ...Array.from({ length: STEPS }, (_, at) => `COPY www /www${at}`)].join(
  "\n",
);

/** An engine of this test's own, which may die; `life` keeps what is left of an earlier one out of its way. */
async function startEngine(folder: string, life: string) {
  const host = `unix://${folder}/d.sock`;
  // In a network of its own: an engine without a bridge takes the machine's docker0 away from every other.
  const child = new Deno.Command("unshare", {
    args: [
      "--net",
      "dockerd",
      ...["--host", host, "--data-root", `${folder}/data`, "--exec-root", `${folder}/${life}`],
      ...["--pidfile", `${folder}/${life}.pid`, "--bridge=none", "--iptables=false", "--ip-forward=false"],
    ],
    stdout: "null",
    stderr: "null",
  }).spawn();
  for (let left = 100; left > 0; left--) {
    if ((await tryDocker(["--host", host, "version"])).code === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return {
    host,
    async end(how: Deno.Signal): Promise<void> {
      child.kill(how);
      await child.status;
    },
  };
}

function canStartEngine(): boolean {
  try {
    return Deno.uid() === 0 &&
      new Deno.Command("unshare", { args: ["--net", "dockerd", "--version"] }).outputSync().success;
  } catch {
    return false;
  }
}

(docker.missing === undefined ? busybox : docker).test(
  "F3: build() whose engine dies says engine_unavailable with the output so far, and gives no tag",
  async () => {
    const folder = await Deno.makeTempDir({ prefix: "showtime-engine-" });
    const context = await writeTestContext({ dockerfile: DOCKERFILE });
    let engine = await startEngine(folder, "first");
    const { host } = engine;
    const image = "showtime-test/dies:pr-1-0123456-ci";
    const killed = Promise.withResolvers<void>();
    const images = makeImages({
      shell: makeShell(),
      host,
      platformIsLocal: true,
      ci: false,
      dockerLoad: false,
      config: {
        image: "showtime-test/dies",
        tag: "pr-{pr}-{sha}-ci",
        context,
        file: "Dockerfile",
        args: {},
        cacheFrom: [],
        cacheTo: [],
        timeoutMs: 60_000,
        push: "never",
      },
    });
    try {
      const building = images.build({
        repo: "acme/app",
        pr: prNumber(1),
        sha: fullSha("0123456789abcdef0123456789abcdef01234567"),
        image,
        onLine: (line) => {
          if (THIRD.test(line)) engine.end("SIGKILL").then(killed.resolve, killed.reject);
        },
      }, new AbortController().signal);

      await assert.rejects(building, (error) => {
        assert.ok(error instanceof AppError);
        assert.equal(error.code, "engine_unavailable", error.message);
        assert.ok(error.message.includes(host), error.message);
        assert.ok(error.logTail.some((line) => THIRD.test(line)), error.logTail.join("\n"));
        assert.ok(!error.logTail.some((line) => LAST.test(line)));
        return true;
      });

      await killed.promise;
      engine = await startEngine(folder, "second");
      assert.equal(await images.exists(image, new AbortController().signal), false);
      assert.equal(await runDocker(["--host", host, "ps", "--all", "--quiet"]), "");
    } finally {
      await engine.end("SIGTERM").catch(() => {});
      // An engine that was killed leaves its data folder mounted upon itself.
      await new Deno.Command("umount", { args: ["--lazy", `${folder}/data`], stderr: "null" }).output();
      await Deno.remove(context, { recursive: true });
      await Deno.remove(folder, { recursive: true });
    }
  },
  { ignore: !canStartEngine() },
);
