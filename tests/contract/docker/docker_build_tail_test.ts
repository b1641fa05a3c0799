import assert from "node:assert/strict";
import { AppError } from "../../../src/lib/errors.ts";
import { fullSha, prNumber } from "../../../src/lib/ids.ts";
import { makeImages } from "../../../src/drivers/docker/mod.ts";
import type { Shell } from "../../../src/ports/shell.ts";

const NOTICE = [
  "DEPRECATED: The legacy builder is deprecated and will be removed in a future release.",
  "            Install the buildx component to build images with BuildKit:",
  "            https://docs.docker.com/go/buildx/",
];

/** An engine whose older builder warns of itself, then fails. */
const FAILING: Shell = {
  run(command) {
    const code = command.args[0] === "buildx" || command.args[0] === "build" ? 1 : 0;
    if (command.args[0] === "build") {
      for (const line of [...NOTICE, "Step 1/2 : FROM scratch", "no such file"]) command.onLine?.(line);
    }
    return Promise.resolve({ code, stdout: "", stderr: NOTICE.join("\n"), timedOut: false });
  },
};

Deno.test("build() leaves docker's notice about its older builder out of a failure's log", async () => {
  const images = makeImages({
    shell: FAILING,
    config: {
      image: "acme/app",
      tag: "pr-{pr}-{sha}-ci",
      context: ".",
      file: "Dockerfile",
      args: {},
      cacheFrom: [],
      cacheTo: [],
      timeoutMs: 1000,
      push: "never",
    },
    platformIsLocal: true,
    ci: false,
    dockerLoad: false,
  });
  const request = {
    repo: "acme/app",
    pr: prNumber(7),
    sha: fullSha("0123456789abcdef0123456789abcdef01234567"),
    image: "acme/app:pr-7-0123456-ci",
    onLine: () => {},
  };

  await assert.rejects(images.build(request, new AbortController().signal), (error) => {
    assert.ok(error instanceof AppError);
    assert.equal(error.code, "build_failed");
    assert.deepEqual(error.logTail, ["Step 1/2 : FROM scratch", "no such file"]);
    assert.doesNotMatch(error.message, /buildx/);
    return true;
  });
});
