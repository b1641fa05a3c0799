/** What `doctor` says about the commit status, by the workflows on the default branch. */

import assert from "node:assert/strict";
import { makeStatusDiagnosis } from "../../../src/environments/app/doctor/doctor_status.ts";
import { renderSetup, type Setup } from "../../../src/environments/core/setup/mod.ts";
import { makeWorld, never } from "../../worlds/world.ts";

const SETUP: Setup = {
  repo: "apache/superset",
  defaultBranch: "main",
  platform: "docker",
  forks: false,
  image: undefined,
  port: 8080,
  accessKeys: false,
  aws: undefined,
  release: { version: "1.2.3", url: "https://releases.example/v1.2.3", sha256: undefined },
};

/** The findings for the files that `init` writes with these choices. */
async function findingsFor(
  setup: Partial<Setup> | undefined,
  { required = true, ...seed }: { readonly required?: boolean } & Readonly<Record<string, unknown>> = {},
): Promise<readonly string[]> {
  const files = setup === undefined ? [] : renderSetup({ ...SETUP, ...setup });
  const world = makeWorld({
    seed: { ...seed, files: Object.fromEntries(files.map(({ path, text }) => [path, text])) },
  });
  const forge = () => Promise.resolve(world.context().forge);
  const found = await makeStatusDiagnosis({ forge, required }).diagnose(never());
  return found.map(({ status, detail }) => `${status}: ${detail}`);
}

Deno.test("the workflows that init writes for a status are right, with forks and without", async () => {
  for (const forks of [false, true]) {
    for (const required of [false, true]) {
      const found = await findingsFor({ forks, status: { required } }, { required });
      assert.deepEqual(found, ["ok: the workflows may write it"]);
    }
  }
});

Deno.test("workflows without the right are named, and an event that is missing where every head needs the status", async () => {
  const lacks = 'no job has "statuses: write", so GitHub refuses the status';
  const both = ".github/workflows/showtime.yml and .github/workflows/showtime-cleanup.yml";
  const late = "does not run when a pull request is opened, and branch protection waits for the status";
  assert.deepEqual(await findingsFor({}, { required: false }), [`warning: ${both}: ${lacks}`]);
  assert.deepEqual(await findingsFor({ status: { required: false } }), [
    "ok: the workflows may write it",
    `warning: .github/workflows/showtime.yml ${late}`,
  ]);
  assert.deepEqual(
    (await findingsFor({ forks: true, status: { required: false } }))[1],
    `warning: .github/workflows/showtime-request.yml ${late}`,
  );
});

Deno.test("workflows of other names are not judged", async () => {
  assert.match((await findingsFor(undefined))[0] ?? "", /^ok: .* not looked at$/);
});

Deno.test("a check that the default branch requires, by protection or by a ruleset, is wrong unless every head gets it", async () => {
  const setup = { status: { required: true } };
  for (const key of ["required_checks", "ruleset_checks"]) {
    const of = (required: boolean, check: string) => findingsFor(setup, { required, [key]: ["ci", check] });
    assert.deepEqual(await of(true, "showtime"), ["ok: the workflows may write it"]);
    assert.deepEqual(await of(false, "showtime/web"), ["ok: the workflows may write it"]);
    assert.match((await of(false, "showtime")).at(-1) ?? "", /^failure: .* requires the check "showtime"/);
  }
});
