import assert from "node:assert/strict";
import fc from "fast-check";
import {
  environmentVariables,
  hiddenValues,
  readSecret,
  takesSecret,
} from "../../../../src/environments/core/environment/variables.ts";
import { fullSha, prNumber } from "../../../../src/lib/ids.ts";
import { newSecret } from "../../../../src/wiring/new_secret.ts";

const FLAGS = { prefix: "SUPERSET_FEATURE_", on: "True", off: "False" };
const SPEC = {
  pr: prNumber(7),
  sha: fullSha("abcdef0123456789abcdef0123456789abcdef01"),
  settings: { size: "standard", flags: { ALERTS: true, TAGS: false }, login: "admin/admin" },
};

Deno.test("environmentVariables() fills in placeholders once, and sets flags last", () => {
  const config = {
    flags: FLAGS,
    variables: { A: "{pr}/{sha}/{login}", S: "x{secret}y{secret}", N: "{unknown}" },
  };

  const variables = environmentVariables(SPEC, { config, secret: "{pr}" });

  assert.deepEqual(Object.fromEntries(variables), {
    A: "7/abcdef0/admin/admin",
    S: "x{pr}y{pr}",
    N: "{unknown}",
    SUPERSET_FEATURE_ALERTS: "True",
    SUPERSET_FEATURE_TAGS: "False",
  });
});

Deno.test("environmentVariables() fills in {url} if there is one, and leaves it as it is otherwise", () => {
  const config = { flags: FLAGS, variables: { HOME: "{url}/{secret}/{pr}" } };
  const url = "https://pr-7.example.org";
  const secret = newSecret();
  const given = environmentVariables({ ...SPEC, settings: { ...SPEC.settings, url } }, { config, secret });

  assert.equal(given.get("HOME"), `${url}/${secret}/7`);
  assert.equal(readSecret([`HOME=${given.get("HOME")}`], config.variables), secret);
  assert.equal(environmentVariables(SPEC, { config, secret: "s" }).get("HOME"), "{url}/s/7");
});

Deno.test("readSecret() finds the secret that environmentVariables() filled in, with any text around it", () => {
  const around = fc.array(fc.constantFrom("{pr}", "{sha}", "{login}", "a.*", "(", "]", "\\", "$", " = "), {
    maxLength: 4,
  });
  fc.assert(fc.property(around, around, (before, after) => {
    const secret = newSecret();
    const variables = { OTHER: "1", KEY: `${before.join("")}|{secret}|${after.join("")}` };

    const env = [...environmentVariables(SPEC, { config: { flags: FLAGS, variables }, secret })].map((
      [k, v],
    ) => `${k}=${v}`);

    assert.equal(readSecret(env, variables), secret);
  }));
});

Deno.test("readSecret() accepts no other text as a secret", () => {
  assert.equal(readSecret(["KEY=thisISaSECRET"], { KEY: "{secret}" }), undefined);
  assert.equal(readSecret([`KEY2=${newSecret()}`], { KEY: "{secret}" }), undefined);
  assert.equal(readSecret([`KEY=${newSecret()}`], { KEY: "fixed" }), undefined);
});

Deno.test("hiddenValues() returns the secrets of variables that are configured with one, and no others", () => {
  const secret = newSecret();
  const env = ["PORT=8080", `KEY=postgres://app:${secret}@db/7`, "OTHER=a-value-of-more-than-sixteen"];

  const hidden = hiddenValues(env, {
    KEY: "postgres://app:{secret}@db/{pr}",
    OTHER: "fixed",
    PORT: "{secret}",
  });

  assert.deepEqual(hidden, [secret]);
});

Deno.test("hiddenValues() hides the whole value that another tool set, but no word", () => {
  const templates = { KEY: "{secret}" };

  assert.deepEqual(hiddenValues(["KEY=thisISaSECRET_of_an_older_tool"], templates), [
    "thisISaSECRET_of_an_older_tool",
  ]);
  assert.deepEqual(hiddenValues(["KEY=production"], templates), []);
  assert.deepEqual(hiddenValues([], templates), []);
});

Deno.test("takesSecret() is true if a variable is configured with a secret", () => {
  assert.equal(takesSecret({ A: "1", B: "x{secret}" }), true);
  assert.equal(takesSecret({ A: "1", B: "{pr}" }), false);
});
