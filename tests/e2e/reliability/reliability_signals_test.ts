import assert from "node:assert/strict";
import { spawnShowtime } from "../../worlds/program/process.ts";
import { part } from "../../worlds/require.ts";
import { imagesOf, onStage, REPO, type Stage, START, statusOf } from "../../worlds/stage.ts";

const docker = await part("docker");
const busybox = docker.missing === undefined ? await part("busybox") : docker;
const needs = busybox.missing === undefined ? docker : busybox;

/** Builds for half a minute before it comes to what matters. */
const SLOW = `FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "sleep", "37"]
`;

/** Command lines of processes of this machine that hold that text. */
async function processesWith(text: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name) || Number(name) === Deno.pid) continue;
    const line = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "");
    if (line.includes(text)) found.push(line.replaceAll("\0", " "));
  }
  return found;
}

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  for (let left = 300; left > 0; left--) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Waiting until ${what}: it never was`);
}

const locks = async (stage: Stage) =>
  (await stage.state()).labels.filter(({ name }) => name.startsWith("🎪 lock"));

for (const [signal, exit] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  needs.test(`C3: ${signal} in the middle of a build: the lock is given back within 5 s, the status stays, no child is left, exit ${exit}`, async () => {
    await onStage({ labels: [START] }, async (stage) => {
      const dockerfile = await Deno.readTextFile(`${stage.folder}/Dockerfile`);
      await Deno.writeTextFile(`${stage.folder}/Dockerfile`, SLOW);
      const tag = `e2e-showtime:pr-${stage.pr}-aaaaaaa-ci`;
      const env = { ...stage.simulator.env, GITHUB_REPOSITORY: REPO };
      const child = spawnShowtime(["sync", String(stage.pr)], { cwd: stage.folder, env });
      const drained = [child.stdout.pipeTo(new WritableStream()), child.stderr.pipeTo(new WritableStream())];
      // Before it builds, it asks the engine about the tag.
      const isBuild = (line: string) => / build /.test(line);
      await until(async () => (await processesWith(tag)).some(isBuild), "the build is under way");
      const begun = performance.now();
      child.kill(signal);
      await until(async () => (await locks(stage)).length === 0, "the lock is given back");
      const given = performance.now() - begun;
      const { code } = await child.status;
      await Promise.all(drained);

      assert.equal(code, exit);
      assert.ok(given < 5_000, `${given} ms`);
      assert.ok(performance.now() - begun < 10_000);
      assert.deepEqual(await processesWith(tag), []);
      assert.ok((await stage.labels()).includes("🎪 aaaaaaa 🚦 building"));
      assert.deepEqual(await imagesOf(stage.pr), []);

      await Deno.writeTextFile(`${stage.folder}/Dockerfile`, dockerfile);
      const next = await stage.run(["sync", String(stage.pr), "--json"]);
      assert.equal(next.code, 0, next.err);
      assert.equal(JSON.parse(next.out).action_reason, "resumed");
      assert.equal(await statusOf(await stage.address()), 200);
    });
  });
}
