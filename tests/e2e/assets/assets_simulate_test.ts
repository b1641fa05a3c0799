import assert from "node:assert/strict";
import { readAddress, runShowtime, spawnShowtime } from "../../worlds/program/process.ts";

Deno.test("`assets simulate` prints its address, answers an instance, and can be controlled", async () => {
  const folder = await Deno.makeTempDir({ prefix: "showtime-simulate-" });
  const files = {
    "databases/main.yaml":
      "database_name: Main\nsqlalchemy_uri: sqlite:////tmp/x.db\nuuid: 00000000-0000-4000-8000-000000000001\nversion: 1.0.0\n",
  };
  await Deno.writeTextFile(`${folder}/seed.json`, JSON.stringify({ profile: "6.0", files }));
  const child = spawnShowtime(["assets", "simulate", "--port", "0", "--seed", "seed.json"], { cwd: folder });
  try {
    const url = await readAddress(child);
    const auth = { method: "password", username: "admin", password: "${file:secret.txt}" };
    await Deno.writeTextFile(`${folder}/secret.txt`, "admin");
    await Deno.writeTextFile(
      `${folder}/showtime.yml`,
      JSON.stringify({ version: 1, assets: { instances: { qa: { url, auth } } } }),
    );
    const tested = await runShowtime(["assets", "instances", "test", "qa", "--json"], { cwd: folder });
    assert.equal(tested.code, 0, tested.err);
    assert.match(tested.out, /6\.0/);

    const { profile, databases } = await (await fetch(`${url}/_simulator/state`)).json();
    assert.deepEqual([profile, databases.map(({ name }: { name: string }) => name)], ["6.0", ["Main"]]);
    const log = await (await fetch(`${url}/_simulator/requests`)).text();
    assert.match(log, /"path":"\/api\/v1\/security\/login".*"status":200/);

    const post = (name: string, body: unknown) =>
      fetch(`${url}/_simulator/${name}`, { method: "POST", body: JSON.stringify(body) });
    const refused = await post("faults", [{ match: "nowhere" }]);
    assert.equal(refused.status, 400);
    assert.match(await refused.text(), /faults\[0\]\.match/);
    await (await post("faults", [{ match: "POST /api/v1/security/login", status: 503, times: 9 }])).body
      ?.cancel();
    const broken = await runShowtime(["assets", "instances", "test", "qa"], { cwd: folder });
    assert.equal(broken.code, 1, broken.err);
    assert.match(broken.err, /503/);
  } finally {
    child.kill("SIGTERM");
    await child.status;
    await child.stderr.cancel();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("`assets simulate` refuses a seed that it cannot read, with every place", async () => {
  const folder = await Deno.makeTempDir({ prefix: "showtime-simulate-" });
  await Deno.writeTextFile(`${folder}/seed.json`, JSON.stringify({ profile: "4.0", page_cap: 0 }));
  const { code, err } = await runShowtime(["assets", "simulate", "--port", "0", "--seed", "seed.json"], {
    cwd: folder,
  });
  assert.equal(code, 2);
  assert.match(err, /profile: must be one of 6.0, 6.1, is "4.0"/);
  assert.match(err, /page_cap/);
  await Deno.remove(folder, { recursive: true });
});
