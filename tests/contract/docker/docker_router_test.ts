/** A pull request's address behind a real Traefik: polled every 50 ms while containers are replaced. */
import assert from "node:assert/strict";
import { makeNameProbe } from "../../../src/drivers/health/mod.ts";
import { formatContainerName, formatServiceName } from "../../../src/environments/core/environment/names.ts";
import { shortSha } from "../../../src/lib/ids.ts";
import { runDocker } from "../../worlds/docker/images.ts";
import { A, B, playRouted, REPO, ROUTED } from "../../worlds/docker/routed_scene.ts";
import { pollName, type Polls } from "../../worlds/docker/traefik.ts";
import { keyOfService } from "../../worlds/key_of_service.ts";
import { part } from "../../worlds/require.ts";

const docker = await part("docker");
const busybox = await part("busybox");
const traefik = await part("traefik");

function never(): AbortSignal {
  return new AbortController().signal;
}

function test(title: string, run: () => Promise<void>): void {
  const missing = [docker, busybox].find((each) => each.missing !== undefined);
  (missing ?? traefik).test(`traefik: ${title}`, run);
}

function tell(title: string, { count, failed, served }: Polls): void {
  console.log(`${title}: ${failed.length} of ${count} polls failed, ${served.length - 1} changes of version`);
}

for (const kind of ["checked", "shell"] as const) {
  const image = kind === "checked" ? "an image with a health check" : "an image with a shell";

  test(`no poll fails over a new commit, a change of flags and a rebuild of ${image}`, async () => {
    await playRouted({ kind }, async ({ url, spec, deploy, retire, settle, gaps }) => {
      await deploy(spec());
      const polls = pollName(url);

      await deploy(spec({ sha: B, epoch: 2, flags: { SLOW: true } }));
      await retire(A, 2);
      const flags = await deploy(spec({ sha: B, epoch: 3, flags: { ALPHA: true, SLOW: true } }));
      await settle(B, 3);
      await deploy(spec({ sha: B, epoch: 4, flags: { ALPHA: true } }));
      await settle(B, 4);

      const seen = await polls.stop();
      tell(kind, seen);
      assert.equal(flags.unsettled, true);
      assert.equal(flags.warning, undefined);
      assert.deepEqual(seen.failed, []);
      assert.deepEqual(seen.served.map((mark) => mark.slice(0, 7)), [
        "a1b2c3d",
        "b1b2c3d",
        "b1b2c3d",
        "b1b2c3d",
      ]);
      assert.ok(seen.count > 60, `${seen.count} polls`);
      assert.deepEqual(gaps, []);
    });
  });
}

for (const kind of ["checked", "shell"] as const) {
  const image = kind === "checked" ? "an image with a health check" : "an image with a shell";

  test(`nothing answers at the address of ${image} that sleeps, and after the wake it answers at once`, async () => {
    await playRouted({ kind }, async ({ url, spec, deploy, platform, pr }) => {
      const key = { pr, short: shortSha(A) };
      const owner = { repo: REPO, epoch: 2 };
      const ask = makeNameProbe();
      const question = { path: "/health", header: "x-showtime-sha", timeoutMs: 2000 };
      await deploy(spec({ flags: { SLOW: true } }));
      const before = await ask(url, question, never());

      await platform.sleep(key, { ...owner, cause: "person", since: 0, page: "" }, never());
      while ((await ask(url, question, never())).status !== 404) { /* until Traefik knows */ }
      const polls = pollName(url);
      const woken = await platform.wake(key, { ...owner, at: 0, page: "", onProgress: () => {} }, never());
      const after = await ask(url, question, never());
      const { failed, served } = await polls.stop();

      assert.deepEqual([after.status, after.mark, woken.warning], [200, before.mark, undefined]);
      // Traefik leads to the container only when it is ready: until then the address is not known there.
      assert.deepEqual(failed.filter((each) => !each.includes("404")), []);
      assert.equal(served.length <= 1, true, served.join());
    });
  });
}

test("an image with neither a check nor a shell has a gap that is announced, and takes over", async () => {
  await playRouted({ kind: "bare" }, async ({ url, spec, deploy, retire, gaps }) => {
    await deploy(spec());
    assert.deepEqual(gaps, []);

    await deploy(spec({ sha: B, epoch: 2 }));
    assert.match(
      gaps.join(),
      /Nothing answers at http:\/\/pr-\d+\.localhost:\d+ for up to two seconds.*HEALTHCHECK/,
    );
    const polls = pollName(url);
    await retire(A, 2);
    const ask = makeNameProbe();
    const question = { path: "/health", header: "x-showtime-sha", timeoutMs: 1000 };
    while (!(await ask(url, question, never())).mark?.startsWith(B)) { /* until the new one answers */ }

    const seen = await polls.stop();
    tell("bare", seen);
    assert.equal(seen.served.at(-1)?.slice(0, 40), B);
  });
});

test("the check of environment.health.command counts for an image that has none", async () => {
  const health = {
    ...ROUTED.health,
    command: "wget -q -O /dev/null http://127.0.0.1:8080/health",
    intervalMs: 1000,
  };
  await playRouted({ kind: "shell", config: { health } }, async ({ url, pr, spec, deploy, retire }) => {
    await deploy(spec());
    const polls = pollName(url);

    await deploy(spec({ sha: B, epoch: 2 }));
    await retire(A, 2);

    const seen = await polls.stop();
    assert.deepEqual(seen.failed, []);
    const name = formatContainerName(pr, shortSha(B));
    assert.match(await runDocker(["inspect", "--format", "{{json .Config.Healthcheck.Test}}", name]), /wget/);
  });
});

for (const kind of ["checked", "shell"] as const) {
  test(`people stay with the older container until after_start has ended in the newer one (${kind})`, async () => {
    const hooks = {
      afterStart: "echo begun; sleep 4; echo done",
      beforeStop: "echo dropped",
      when: "always",
      timeoutMs: 60_000,
    } as const;
    await playRouted({ kind, config: { hooks } }, async ({ url, platform, spec, retire }) => {
      const ask = makeNameProbe();
      const question = { path: "/health", header: "x-showtime-sha", timeoutMs: 2000 };
      const atTheEnd: Promise<string | undefined>[] = [];
      const line = (text: string) => {
        if (text === "done") atTheEnd.push(ask(url, question, never()).then(({ mark }) => mark));
      };
      const events = { onProgress: () => {}, onHook: () => ({ line, end: () => {} }) };
      await platform.deploy(spec(), events, never());
      const polls = pollName(url);

      await platform.deploy(spec({ sha: B, epoch: 2 }), events, never());
      await retire(A, 2);

      const seen = await polls.stop();
      const marks = await Promise.all(atTheEnd);
      assert.deepEqual(marks.map((mark) => mark?.slice(0, 7)), [undefined, "a1b2c3d"]);
      assert.deepEqual(seen.failed, []);
      assert.deepEqual(seen.served.map((mark) => mark.slice(0, 7)), ["a1b2c3d", "b1b2c3d"]);
    });
  });
}

test("an address of HTTPS leads to containers as well, whoever signed its certificate", async () => {
  await playRouted({ kind: "shell", secure: true }, async ({ url, spec, deploy, retire }) => {
    const { warning } = await deploy(spec());
    const polls = pollName(url);

    await deploy(spec({ sha: B, epoch: 2 }));
    await retire(A, 2);

    const seen = await polls.stop();
    assert.match(url, /^https:/);
    assert.equal(warning, undefined);
    assert.deepEqual(seen.failed, []);
    assert.deepEqual(seen.served.map((mark) => mark.slice(0, 7)), ["a1b2c3d", "b1b2c3d"]);
  });
});

test("a failed update leaves the address with the container that serves, without a failed poll", async () => {
  await playRouted({ kind: "shell" }, async ({ url, platform, pr, spec, deploy }) => {
    await deploy(spec());
    const polls = pollName(url);

    await assert.rejects(deploy(spec({ epoch: 2, flags: { EXIT: true } })), { code: "unhealthy" });
    const next = await deploy(spec({ epoch: 3, flags: { ALPHA: true } }));
    await runDocker(["exec", `${formatContainerName(pr, shortSha(A))}-next`, "rm", "/www/health"]);
    const broken = pollName(url);
    await broken.stop();
    await platform.settle(
      keyOfService(formatServiceName(pr, shortSha(A))),
      { repo: REPO, epoch: 3 },
      never(),
    );

    const seen = await polls.stop();
    assert.equal(next.unsettled, true);
    // Only the application's own 404, while the newer container had lost its page.
    assert.deepEqual(seen.failed.filter((each) => !/: 404 from [0-9a-f]{40}-\d+$/.test(each)), []);
    assert.deepEqual(new Set(seen.served.map((mark) => mark.slice(-7))).size, 2);
    const [after] = await platform.list({ repo: REPO, pr, probe: true }, never());
    assert.deepEqual([after?.healthy, after?.unsettled, after?.settings.flags], [true, false, {}]);
  });
});

test("a run that dies before people are sent to its container is continued by the next one", async () => {
  await playRouted({ kind: "shell" }, async ({ url, platform, pr, spec, deploy, settle, retire }) => {
    await deploy(spec());
    const polls = pollName(url);
    const dies = new AbortController();
    await assert.rejects(
      platform.deploy(spec({ sha: B, epoch: 2 }), {
        onProgress: (text) => text.includes("the health check of") && dies.abort(new Error("killed")),
      }, dies.signal),
      /killed/,
    );
    // The run could still tidy up; a killed one leaves the container as it is here, with its way closed.
    await deploy(spec({ sha: B, epoch: 3 }));
    await runDocker(["exec", formatContainerName(pr, shortSha(B)), "rm", "/.showtime-healthy"]);
    const look = async () =>
      (await platform.list({ repo: REPO, pr, probe: true }, never())).find(({ sha }) => sha === B);
    while (!(await look())?.unsettled) { /* until the engine has looked again */ }

    await settle(B, 3);
    await retire(A, 3);

    const after = await look();
    const seen = await polls.stop();
    assert.deepEqual([after?.healthy, after?.unsettled], [true, false]);
    assert.deepEqual(seen.failed, []);
    assert.equal(seen.served.at(-1)?.slice(0, 7), "b1b2c3d");
  });
});

test("an update that was interrupted before settling goes on from the container people are sent to", async () => {
  await playRouted({ kind: "shell" }, async ({ url, pr, platform, spec, deploy, settle }) => {
    await deploy(spec());
    const polls = pollName(url);
    await deploy(spec({ epoch: 2, flags: { ONE: true } }));

    await deploy(spec({ epoch: 3, flags: { TWO: true } }));
    await settle(A, 3);

    const seen = await polls.stop();
    assert.deepEqual(seen.failed, []);
    const [after] = await platform.list({ repo: REPO, pr, probe: true }, never());
    assert.deepEqual([after?.settings.flags, after?.unsettled], [{ TWO: true }, false]);
  });
});

test("an image with labels for Traefik is refused, since it could take the addresses of others", async () => {
  const more = "LABEL Traefik.http.routers.evil.rule='HostRegexp(`.*`)'\n";
  await playRouted({ kind: "shell", more }, async ({ spec, deploy, platform, pr }) => {
    await assert.rejects(deploy(spec()), {
      code: "unhealthy",
      message: /the image has the label "Traefik\.http\.routers\.evil\.rule", which Traefik would obey/,
    });
    assert.deepEqual(await platform.list({ repo: REPO, pr }, never()), []);
  });
});

test("without Traefik the environment runs at its own address, with a warning that says what to do", async () => {
  await playRouted({ kind: "shell" }, async ({ router, url, spec, deploy }) => {
    await router.stop();

    const { address, warning } = await deploy(spec());

    assert.match(address, /^127\.0\.0\.1:\d+$/);
    assert.equal(
      warning,
      `${url} does not answer this machine (connection refused): let its name and port lead to Traefik`,
    );
  });
});
