/** The question before an image gets its tag: whether the run still holds the pull request. */

import assert from "node:assert/strict";
import { AppError } from "../../../src/lib/errors.ts";
import { fullSha, prNumber, shortSha } from "../../../src/lib/ids.ts";
import { type ImagesOptions, makeImages } from "../../../src/drivers/docker/mod.ts";
import { makeShell } from "../../../src/drivers/shell/mod.ts";
import type { Shell } from "../../../src/ports/shell.ts";
import { runDocker, writeTestContext } from "../../worlds/docker/images.ts";
import { part } from "../../worlds/require.ts";

const docker = await part("docker");
const busybox = await part("busybox");
const PR = prNumber(4712);
const SHA = fullSha("0123456789abcdef0123456789abcdef01234567");
const NAME = `showtime-test/confirmed-${crypto.randomUUID().slice(0, 8)}`;
const IMAGE = `${NAME}:pr-${PR}-${shortSha(SHA)}-ci`;

const config = (change: Partial<ImagesOptions["config"]> = {}): ImagesOptions["config"] => ({
  image: NAME,
  tag: "pr-{pr}-{sha}-ci",
  context: ".",
  file: "Dockerfile",
  args: {},
  cacheFrom: [],
  cacheTo: ["type=inline"],
  timeoutMs: 60_000,
  push: "never",
  ...change,
});
const request = (confirm?: () => Promise<void>) => ({
  repo: "acme/app",
  pr: PR,
  sha: SHA,
  image: IMAGE,
  onLine: () => {},
  ...(confirm === undefined ? {} : { confirm }),
});
const never = () => new AbortController().signal;
const lost = () =>
  Promise.reject(new AppError("lock_lost", "Working on pull request #4712: another run took it"));

(docker.missing === undefined ? busybox : docker).test(
  "build() of a run that lost the pull request leaves the tag as it was on a real engine, and nothing untagged",
  async () => {
    const context = await writeTestContext();
    const images = makeImages({
      shell: makeShell(),
      config: config({ context }),
      platformIsLocal: true,
      ci: false,
      dockerLoad: false,
    });
    const idOf = () => runDocker(["image", "ls", "--quiet", "--no-trunc", IMAGE]);
    try {
      await assert.rejects(images.build(request(lost), never()), { code: "lock_lost" });
      assert.equal(await idOf(), "", "no tag");

      let asked = 0;
      const confirm = async () => {
        asked++;
        assert.equal(await idOf(), "", "asked before the tag");
      };
      await images.build(request(confirm), never());
      const first = await idOf();
      assert.deepEqual([asked, first === ""], [1, false]);

      await Deno.writeTextFile(`${context}/page.html`, "changed\n");
      await Deno.writeTextFile(
        `${context}/Dockerfile`,
        `${await Deno.readTextFile(`${context}/Dockerfile`)}\nLABEL x=2\n`,
      );
      await assert.rejects(images.build(request(lost), never()), { code: "lock_lost" });

      assert.equal(await idOf(), first, "the tag of the other run's image stays");
      const untagged = ["image", "ls", "--quiet", "--filter", "dangling=true", "--filter", `label=pr=${PR}`];
      assert.equal(await runDocker(untagged), "");
    } finally {
      await images.remove(IMAGE, { repo: "acme/app", inUse: false }, never());
      await Deno.remove(context, { recursive: true });
    }
  },
);

/** An engine with buildx that does what it is told, and notes it. */
function recording(): { readonly shell: Shell; readonly said: string[] } {
  const said: string[] = [];
  const shell: Shell = {
    run(command) {
      said.push(command.args.join(" "));
      return Promise.resolve({ code: 0, stdout: "", stderr: "", timedOut: false });
    },
  };
  return { shell, said };
}

for (
  const [title, change, ends] of [
    ["loads the image", { platformIsLocal: true }, ["--load"]],
    ["pushes the image", { platformIsLocal: false, config: config({ push: "always" }) }, ["--push"]],
    ["loads and pushes the image", { platformIsLocal: true, config: config({ push: "always" }) }, [
      "--load",
      "push",
    ]],
  ] as const
) {
  const makeIt = (shell: Shell) =>
    makeImages({ shell, config: config(), ci: true, dockerLoad: false, ...change });
  const builds = (said: readonly string[]) =>
    said.filter((line) => line.startsWith("buildx build ") || line.startsWith("push "));

  Deno.test(`build() with buildx that ${title} asks before anything has the tag`, async () => {
    const { shell, said } = recording();
    const before: string[] = [];

    await makeIt(shell).build(request(() => Promise.resolve(void before.push(...builds(said)))), never());

    assert.equal(before.length, 1);
    assert.doesNotMatch(before[0] ?? "", /--tag|--push|--load|--cache-to/);
    const after = builds(said).slice(1);
    assert.match(after[0] ?? "", new RegExp(`--tag ${IMAGE} .*${ends[0]}`));
    assert.equal(after.length, ends.length);
  });

  Deno.test(`build() with buildx that ${title} does neither for a run that lost the pull request`, async () => {
    const { shell, said } = recording();

    await assert.rejects(makeIt(shell).build(request(lost), never()), { code: "lock_lost" });

    assert.deepEqual(builds(said).filter((line) => /--tag|--push|--load|^push /.test(line)), []);
  });

  Deno.test(`build() with buildx that ${title} builds once where nobody asks`, async () => {
    const { shell, said } = recording();

    await makeIt(shell).build(request(), never());

    assert.equal(builds(said).length, ends.length);
  });
}
