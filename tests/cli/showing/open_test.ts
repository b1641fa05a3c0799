import assert from "node:assert/strict";
import { AppError, EXIT } from "../../../src/lib/errors.ts";
import { runIn } from "../../worlds/cli_world.ts";
import { A, environment, makeWorld, runningLabels } from "../../worlds/world.ts";

Deno.test("open hands the active address to the browser, and prints it if none can be started", async () => {
  const world = makeWorld({ pull: { labels: runningLabels(A) }, platform: [environment(A)] });
  const url = (await runIn(world, ["url", "1234"])).out;

  const opened = await runIn(world, ["open", "1234"], { env: { BROWSER: "firefox" } });
  const json = await runIn(world, ["open", "1234", "--json"]);

  assert.equal(opened.code, EXIT.done);
  assert.equal(opened.out, url);
  assert.equal(opened.err, "Next: open that address in a browser\n");
  assert.deepEqual(JSON.parse(json.out), { pr: 1234, url: url.trim(), opened: false });

  const asked: string[] = [];
  const browser = {
    open: (address: string) => {
      asked.push(address);
      return Promise.resolve(true);
    },
  };
  const wiring = { browser: () => Promise.resolve(browser) };
  const shown = await runIn(world, ["open", "1234"], { wiring });
  const told = await runIn(world, ["open", "1234", "--json"], { wiring });

  assert.deepEqual(asked, [url.trim(), url.trim()]);
  assert.equal(shown.out, "");
  assert.match(shown.err, new RegExp(`^${url.trim()} is open in the browser$`, "m"));
  assert.deepEqual(JSON.parse(told.out), { pr: 1234, url: url.trim(), opened: true });
});

Deno.test("open fails without an active environment, and says how to start one", async () => {
  const { code, out, err } = await runIn(makeWorld(), ["open", "1234"]);

  assert.equal(code, EXIT.failed);
  assert.equal(out, "");
  assert.match(err, /it has no active environment\nhint: "showtime start 1234"/);
});

for (const command of ["url", "open"]) {
  Deno.test(`${command} fails if the platform no longer has what the labels name, and prints no address`, async () => {
    const lost = makeWorld({ pull: { labels: runningLabels(A) } });
    const withoutAddress = makeWorld({
      pull: { labels: runningLabels(A) },
      platform: [environment(A, { address: undefined, healthy: false, condition: "exited" })],
    });

    for (const world of [lost, withoutAddress]) {
      const { code, out, err } = await runIn(world, [command, "1234"]);

      assert.equal(code, EXIT.failed);
      assert.equal(out, "");
      assert.match(
        err,
        /the labels name aaaaaaa, and docker does not have it any more\nhint: "showtime explain 1234"/,
      );
    }
  });

  Deno.test(`${command} gives the label's address with a warning if the platform does not answer`, async () => {
    const world = makeWorld({ pull: { labels: runningLabels(A) }, platform: [environment(A)] });
    world.platform.hooks.before("list", () => {
      throw new AppError("aws_credentials", "Listing services: there are no AWS credentials");
    });

    const { code, out, err } = await runIn(world, [command, "1234"]);

    assert.equal(code, EXIT.done);
    assert.equal(out, "http://10.0.0.1:8080\n");
    assert.match(err, /^warning: The platform could not be asked.*unverified: .*no AWS credentials$/m);
  });
}

Deno.test("url, open, list and status give the address that stays first, and the commit's own below or beside it", async () => {
  const stable = "https://pr-1234.preview.example.org";
  const settings = { size: "standard", flags: {}, login: "admin/admin", url: stable };
  const world = makeWorld({ pull: { labels: runningLabels(A) }, platform: [environment(A, { settings })] });

  const [url, open, list, wide, status] = await Promise.all([
    runIn(world, ["url", "1234"]),
    runIn(world, ["open", "1234"]),
    runIn(world, ["list"]),
    runIn(world, ["list", "--wide"]),
    runIn(world, ["status", "1234"]),
  ]);
  const json = JSON.parse((await runIn(world, ["list", "--json"])).out);

  assert.deepEqual([url.out, open.out], [`${stable}\n`, `${stable}\n`]);
  assert.match(list.out, /pr-1234\.preview\.example\.org/);
  assert.doesNotMatch(list.out, /10\.0\.0\.1/);
  assert.match(wide.out, /OWN ADDRESS[^]*pr-1234\.preview\.example\.org[^]*10\.0\.0\.1:8080/);
  assert.match(
    status.out,
    /address +https:\/\/pr-1234\.preview\.example\.org\n +own address +http:\/\/10\.0\.0\.1:8080 \(aaaaaaa since 2024-01-15 13:30 UTC\)\n/,
  );
  const [found] = json.environments;
  assert.deepEqual([found.url, found.address], [stable, "10.0.0.1:8080"]);
});
