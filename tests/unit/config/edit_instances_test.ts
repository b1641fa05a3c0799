import assert from "node:assert/strict";
import fc from "fast-check";
import { readYaml } from "../../../src/config/yaml.ts";
import { addDatabases, addInstance, removeInstance } from "../../../src/config/assets/edit_instances.ts";
import { loadConfig } from "../../../src/config/mod.ts";
import { AppError } from "../../../src/lib/errors.ts";

// deno-lint-ignore no-explicit-any -- a file of the tests
function parse(text: string): any {
  const { value, problems } = readYaml("showtime.yml", text);
  assert.deepEqual(problems, []);
  return value;
}

const QA = {
  url: "https://bi-qa.example.org",
  auth: { method: "password", username: "ci", password: "${env:SHOWTIME_QA_PASSWORD}" },
};

const FILE = `# The settings of this repository.
version: 1
platform:   ecs      # with odd blanks

assets:
  dir: assets   # the folder
  instances:
    # Both halls of the harbour.
    production:
      url:  https://bi.example.org
      auth: { method: token,   token: "\${env:SHOWTIME_T}" }   # kept
      databases:
        map:
          Trino: "Trino"

    # The one for staging.
    staging:
      url: "https://bi-staging.example.org"
      auth: { method: token, token: "\${env:SHOWTIME_T}" }
      # More to come here.
  ignore: ["name:Sandbox *"]
build: { args: { A: b } }  # the end
`;

Deno.test("an added instance is the only change of the file", () => {
  const added = addInstance(FILE, "qa", QA);
  const lines = added.split("\n");
  const known = new Set(FILE.split("\n"));
  assert.deepEqual(
    lines.filter((line) => !known.has(line)),
    [
      "    qa:",
      "      url: https://bi-qa.example.org",
      "      auth: { method: password, username: ci, password: ${env:SHOWTIME_QA_PASSWORD} }",
    ].map((line) => line.replace("${env:SHOWTIME_QA_PASSWORD}", '"${env:SHOWTIME_QA_PASSWORD}"')),
  );
  assert.equal(lines.filter((line) => known.has(line)).join("\n"), FILE);
  assert.deepEqual(Object.keys(parse(added).assets.instances), ["production", "staging", "qa"]);
  assert.deepEqual(
    loadConfig({ file: { path: "showtime.yml", text: added }, env: {}, flags: {} }).assets.instances.get("qa")
      ?.auth,
    {
      ...QA.auth,
      provider: "db",
    },
  );
});

Deno.test("removing what was added gives the same bytes", () => {
  const texts = [
    FILE,
    "version: 1\nassets:\n    instances:\n        a:\n            url: https://a.example\n",
    "version: 1\nassets:\n  instances:\n    a: {url: https://a.example}\n# end",
    "assets: { dir: x }\n",
  ];
  for (const text of texts) {
    assert.equal(removeInstance(addInstance(text, "qa", QA), "qa").trimEnd(), text.trimEnd());
  }
});

Deno.test("the first instance makes its sections, in any file", () => {
  for (
    const text of [
      "",
      "version: 1\n",
      "version: 1",
      "# nothing yet\n",
      "version: 1\nassets:\n  dir: x\nttl: 48h\n",
      "assets: {}\n",
      "assets:\n",
      "{ version: 1 }\n",
      "assets: { instances: {} }\n",
      "version: 1\nassets:\n  instances:\n",
    ]
  ) {
    const added = addInstance(text, "qa", QA);
    assert.deepEqual(parse(added).assets.instances, { qa: QA }, text);
    for (const line of text.split("\n").filter((each) => /^(?:#|version: 1$|ttl)/.test(each))) {
      assert.ok(added.includes(line), text);
    }
  }
});

Deno.test("removing an instance takes its comment along and leaves everything else", () => {
  const rest = removeInstance(FILE, "staging");
  assert.equal(rest, FILE.replace(/ {4}# The one for staging\.\n {4}staging:\n.*\n.*\n/, ""));
  const first = removeInstance(FILE, "production");
  assert.ok(first.includes("# Both halls of the harbour."));
  assert.deepEqual(Object.keys(parse(first).assets.instances), ["staging"]);
});

Deno.test("the last instance takes the empty section along, and the default that names it", () => {
  const text =
    "version: 1\nassets:\n  default: qa\n  instances:\n    qa:\n      url: https://a.example\nttl: 48h # kept\n";
  assert.equal(removeInstance(text, "qa"), "version: 1\nttl: 48h # kept\n");
  assert.equal(
    removeInstance("assets:\n  instances:\n    qa:\n      url: https://a.example\n", "qa").trim(),
    "",
  );
  const two = "assets:\n  default: qa  # ours\n  instances:\n    qa: {}\n    b: {}\n";
  assert.equal(removeInstance(two, "qa"), "assets:\n  instances:\n    b: {}\n");
});

Deno.test("a name that exists is not added, and one that does not is not removed", () => {
  const code = (action: () => unknown) => {
    try {
      action();
    } catch (error) {
      assert.ok(error instanceof AppError);
      return [error.code, error.exitCode];
    }
  };
  assert.deepEqual(code(() => addInstance(FILE, "staging", QA)), ["instance_exists", 2]);
  assert.deepEqual(code(() => removeInstance(FILE, "qa")), ["instance_unknown", 2]);
  assert.deepEqual(code(() => addInstance("a: [", "qa", QA)), ["config_invalid", 2]);
});

Deno.test("entries of a database map are the only change of the file", () => {
  const added = addDatabases(FILE, "production", { "Häfen: alle": "Ports", Warehouse: "DWH" });
  const lines = ["          Häfen: alle: Ports", "          Warehouse: DWH"];
  assert.equal(
    added,
    FILE.replace('          Trino: "Trino"\n', (line) => `${line}${lines.join("\n")}\n`)
      .replace("Häfen: alle", '"Häfen: alle"'),
  );
  const fresh = addDatabases(FILE, "staging", { Trino: "Trino-QA" });
  assert.equal(
    fresh,
    FILE.replace(
      /( {6})(auth: .*\n)(?= {6}# More)/,
      "$1$2$1databases:\n$1  map:\n$1    Trino: Trino-QA\n",
    ),
  );
});

Deno.test("a database map takes entries in any layout of its instance", () => {
  const map = { Trino: "Trino-QA", "a, b}": "x: #y" };
  const instances: readonly (readonly [text: string, databases: unknown])[] = [
    ["qa: { url: x }", { map }],
    ["qa:\n      url: x # kept", { map }],
    ["qa:\n      databases: # kept\n      url: x", { map }],
    ["qa:\n      databases:\n        map: # kept", { map }],
    ["qa:\n      databases: { missing: skip } # kept", { missing: "skip", map }],
    ["qa:\n      databases:\n        missing: skip # kept", { missing: "skip", map }],
    ["qa:\n      databases: { map: {} } # kept", { map }],
    ["qa:\n      databases:\n        map: { Other: there }   # kept", { map: { Other: "there", ...map } }],
    ["qa:\n      databases: { map: { Trino: gone } } # kept", { map }],
    ["qa:\n      databases:\n        map:\n          Trino: gone # kept\n          Other: there", {
      map: { Other: "there", ...map },
    }],
  ];
  for (const [instance, databases] of instances) {
    const text = `# head\nassets:\n  instances:\n    ${instance}\n  dir: z   # the folder\n`;
    const added = addDatabases(text, "qa", map);
    assert.deepEqual(parse(added).assets.instances.qa.databases, databases, text);
    const comments = text.match(/# .*/g) ?? [];
    assert.deepEqual(added.match(/# [hkt].*/g), comments, added);
    assert.equal(addDatabases(added, "qa", map), added, "written twice");
  }
  assert.throws(() => addDatabases(FILE, "qa", map), { code: "instance_unknown", exitCode: 2 });
});

Deno.test("whatever stands in the file stands there after an instance was added and removed", () => {
  const key = fc.stringMatching(/^[a-z][a-z0-9-]{0,6}$/);
  const scalar = fc.oneof(
    fc.constant("x"),
    fc.constant('"a: b"'),
    fc.constant("|\n        two\n        lines"),
    fc.constant("# no value"),
  );
  const file = fc.record({
    head: fc.constantFrom("", "# head\n", "version: 1\n\n"),
    others: fc.uniqueArray(key, { maxLength: 3 }),
    comment: fc.boolean(),
    gap: fc.constantFrom("", "\n", "\n\n"),
    value: scalar,
    tail: fc.constantFrom("", "ttl: 48h\n", "# tail", "comment:\n  enabled: true # yes"),
  }).map(({ head, others, comment, gap, value, tail }) =>
    `${head}${
      others.length === 0
        ? ""
        : `assets:\n  instances:\n${
          others.map((name) =>
            `${comment ? "    # about it\n" : ""}    ${name}:\n      url: ${value}\n${gap}`
          ).join("")
        }`
    }${tail}`
  );
  fc.assert(fc.property(file, (text) => {
    const before = parse(text) ?? {};
    const added = addInstance(text, "new-one", QA);
    assert.deepEqual(parse(added), {
      ...before,
      assets: { instances: { ...before.assets?.instances, "new-one": QA } },
    });
    for (const line of text.split("\n")) assert.ok(added.includes(line));
    assert.deepEqual(parse(removeInstance(added, "new-one")) ?? {}, before);
  }));
});
