/** A plan in a comment and the push that keeps its promise: the program, a real Superset and a simulated GitHub. */

import assert from "node:assert/strict";
import { runShowtime, startSimulator } from "../../worlds/program/process.ts";
import { part } from "../../worlds/require.ts";
import { fill } from "../../worlds/superset/fill.ts";
import { makeWorld } from "../../worlds/superset/harbour.ts";
import { startSuperset } from "../../worlds/superset/real_superset.ts";
import { filesBelow } from "../../worlds/superset/tools.ts";

const superset = await part("superset");

superset.test("a push carries out the plan that its pull request shows, and no other", async () => {
  const [qa, github] = await Promise.all([
    startSuperset(),
    startSimulator({
      repository: "acme/bi",
      token_owner: "maxime",
      collaborators: { maxime: "admin" },
      labels: [],
      pulls: [{
        number: 12,
        title: "Change a chart",
        author: "maxime",
        state: "open",
        draft: false,
        head: { sha: "a".repeat(40), ref: "chart", repo: "acme/bi" },
        labels: [],
      }],
    }),
  ]);
  const cwd = await Deno.makeTempDir({ prefix: "showtime-review-" });
  try {
    const client = await fill(qa.url, makeWorld({ datasets: 2, charts: 3, dashboards: 1 }, qa.warehouse));
    await Deno.writeTextFile(
      `${cwd}/showtime.yml`,
      `version: 1\nassets:\n  instances:\n    qa:\n      url: ${qa.url}\n` +
        '      auth: { username: admin, password: "${env:SHOWTIME_QA_PASSWORD}" }\n',
    );
    const env = { ...github.env, SHOWTIME_QA_PASSWORD: "admin" };
    const assets = (...args: string[]) => runShowtime(["assets", ...args], { cwd, env });
    const comments = async () => (await github.state()).pulls.flatMap((pull) => pull.comments);
    const done = async (...args: string[]) => {
      const { code, out, err } = await assets(...args);
      assert.equal(code, 0, `${args.join(" ")}\n${out}${err}`);
      return err;
    };
    await done("export", "qa");

    const early = await assets("push", "qa", "--yes", "--pr", "12");
    assert.deepEqual([early.code, /no comment with a plan/.test(early.err)], [3, true], early.err);

    const files = [...(await filesBelow(`${cwd}/assets`)).keys()].filter((path) => path.startsWith("charts/"))
      .sort();
    const [chart = "", other = ""] = files;
    const rename = async (path: string, text: string) => {
      const file = `${cwd}/assets/${path}`;
      const before = await Deno.readTextFile(file);
      const after = before.replace(/^slice_name: .*$/m, `slice_name: "${text}"`);
      assert.notEqual(after, before);
      await Deno.writeTextFile(file, after);
    };
    await rename(chart, "reviewed <b>@everyone</b>");
    assert.match(await done("plan", "qa", "--pr", "#12"), /comment on pull request #12 is created/);
    assert.match(await done("plan", "qa", "--pr", "12"), /comment on pull request #12 is unchanged/);
    const [first, ...more] = await comments();
    assert.deepEqual(more, []);
    assert.match(first?.body ?? "", /^<!-- showtime-assets:qa -->\n[\s\S]*1 update[\s\S]*\| slice\\_name \|/);

    // Somebody edits another chart of the folder after the review.
    await rename(other, "not reviewed");
    const refused = await assets("push", "qa", "--yes", "--pr", "12");
    assert.equal(refused.code, 3, refused.err);
    assert.match(
      refused.err,
      /plan in pull request #12 is not this one any more: chart ".+" \(now update, was unchanged\)/,
    );
    const names = "select count(*) from slices where slice_name like '%reviewed%'";
    assert.deepEqual(await qa.query(names), [[0]]);

    assert.match(await done("plan", "qa", "--pr", "12"), /comment on pull request #12 is edited/);
    assert.equal((await comments()).length, 1);

    // Somebody edits the reviewed chart on the instance.
    await qa.save("reviewed");
    for (const each of (await qa.query("select id from slices")).flat()) {
      await client.send("PUT", `/api/v1/chart/${each}`, { description: "edited there" });
    }
    const moved = await assets("push", "qa", "--yes", "--pr", "12");
    assert.equal(moved.code, 3, moved.err);
    assert.match(moved.err, /now conflict, was update/);
    await qa.restore("reviewed");

    await done("push", "qa", "--yes", "--pr", "12");
    assert.deepEqual(await qa.query(names), [[2]]);

    const twice = await assets("push", "qa", "--yes", "--pr", "12", "--expect", "0".repeat(64));
    assert.deepEqual([twice.code, /both given/.test(twice.err)], [2, true], twice.err);
  } finally {
    await Promise.all([qa.stop(), github.stop()]);
    await Deno.remove(cwd, { recursive: true });
  }
});
