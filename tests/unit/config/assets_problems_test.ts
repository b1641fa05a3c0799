import assert from "node:assert/strict";
import { ConfigError, loadConfig } from "../../../src/config/mod.ts";

/** The lines about the problems of a file. */
function problems(text: string, env: Record<string, string> = {}): readonly string[] {
  try {
    loadConfig({ file: { path: "showtime.yml", text }, env, flags: {} });
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    assert.equal(error.exitCode, 2);
    return error.message.split("\n").slice(1).map((line) => line.trim());
  }
  return [];
}

/** A file with one instance. */
function instance(lines: string): string {
  return `assets:\n  instances:\n    qa:\n${lines.replace(/^/gm, "      ")}\n`;
}

const AUTH = 'auth: { username: ci, password: "${env:SHOWTIME_QA_PASSWORD}" }';

Deno.test("an instance has https, or is on this machine, or says insecure", () => {
  for (
    const url of [
      "https://bi.example.org/superset",
      "http://127.0.0.1:8088",
      "http://localhost:8088",
      "http://[::1]",
    ]
  ) {
    assert.deepEqual(problems(instance(`url: ${url}\n${AUTH}`)), [], url);
  }
  assert.deepEqual(problems(instance(`url: http://bi.example.org\ninsecure: true\n${AUTH}`)), []);
  assert.deepEqual(problems(instance(`url: http://bi.example.org\n${AUTH}`)), [
    "showtime.yml:4:7: assets.instances.qa.url: plain http would show the login to everybody on the way; " +
    "use https, or write insecure: true",
  ]);
  for (
    const url of ["bi.example.org", "https://u:p@bi.example.org", "https://bi.example.org/?a=b", "ftp://x"]
  ) {
    assert.match(
      problems(instance(`url: ${url}\n${AUTH}`)).join(),
      /^showtime.yml:4:12: .*expected an http or https address/,
    );
  }
});

Deno.test("a secret that is written out is refused, and is not repeated", () => {
  const found = problems(
    instance("url: https://x.example\nauth: { username: ci, password: hunter2-hunter2 }"),
  );
  assert.deepEqual(found, [
    "showtime.yml:5:39: assets.instances.qa.auth.password: expected a reference, ${env:SHOWTIME_NAME} without __ in " +
    "the name, or ${file:PATH}, found other text; write ${env:SHOWTIME_QA_PASSWORD}, and put the value into the " +
    "variable SHOWTIME_QA_PASSWORD",
  ]);
});

for (
  const line of [
    'url: "u:hunter2@h/x"',
    'url: "http://u:hun/ter2@127.0.0.1:9102"',
    'url: "https://u:hunter2@h"',
    'url: "https://h/?token=hunter2"',
    "url: https://h\nauth: hunter2",
    'url: https://h\nauth: { method: oauth, token_url: "https://u:hunter2@h", client_id: a }',
  ]
) {
  Deno.test(`a secret in the wrong place is not repeated: ${line}`, () => {
    const found = problems(instance(line)).join("\n");
    assert.match(found, /expected/);
    assert.doesNotMatch(found, /hun/);
  });
}

Deno.test("a reference to a variable that the program does not read is refused with the name to use", () => {
  for (
    const [written, meant] of [
      ["${env:QA_PASSWORD}", "SHOWTIME_QA_PASSWORD"],
      ["${env:SHOWTIME_QA__PASSWORD}", "SHOWTIME_QA_PASSWORD"],
      ["${ENV:qa_password}", "SHOWTIME_QA_PASSWORD"],
    ] as const
  ) {
    const auth = `auth: { username: ci, password: "${written}" }`;
    const found = problems(instance(`url: https://x.example\n${auth}`));
    assert.equal(found.length, 1);
    assert.match(
      found.join(),
      new RegExp(`^showtime.yml:5:39: .*write \\$\\{env:${meant}\\}, and set ${meant}$`),
    );
    const name = `auth: { username: "${written}", password: "\${env:SHOWTIME_QA_PASSWORD}" }`;
    assert.match(
      problems(instance(`url: https://x.example\n${name}`)).join(),
      new RegExp(`auth.username: .*\\$\\{env:${meant}\\}`),
    );
  }
  assert.deepEqual(
    problems(
      instance(
        'url: https://x.example\nauth: { username: "${env:SHOWTIME_USER}", password: "${file:/run/p}" }',
      ),
    ),
    [],
  );
});

Deno.test("an unknown key of an instance is refused with the nearest one", () => {
  assert.deepEqual(problems(instance(`url: https://x.example\n${AUTH}\nrewrites: []`)), [
    'showtime.yml:6:7: assets.instances.qa.rewrites: unknown key; did you mean "rewrite"?',
  ]);
  assert.match(
    problems(instance('url: https://x.example\nauth: { usrname: ci, password: "${env:SHOWTIME_P}" }')).join(),
    /^showtime.yml:5:15: assets.instances.qa.auth.usrname: unknown key; did you mean "username"\?/,
  );
});

Deno.test("each login method says which key it lacks", () => {
  const lacking = (auth: string) => problems(instance(`url: https://x.example\nauth: ${auth}`)).join("\n");
  assert.match(
    lacking("{ method: token }"),
    /auth.token: the method token needs token, which is missing; add token/,
  );
  assert.match(lacking("{ method: session, username: ci }"), /the method session needs password/);
  const oauth = lacking("{ method: oauth, client_id: showtime }");
  assert.match(oauth, /needs authorization_url[^]*needs token_url/);
  assert.match(
    lacking("{ method: client_credentials, token_url: 'https://x/t', client_id: a }"),
    /needs client_secret/,
  );
  assert.match(
    lacking("{ method: basic }"),
    /expected password, token, oauth, client_credentials or session, found "basic"/,
  );
  assert.match(
    problems("assets: { instances: { qa: {} } }").join(),
    /expected an instance with url and auth/,
  );
  assert.match(problems("assets: { instances: { qa: { owners: keep } } }").join(), /needs url.*needs auth/s);
});

Deno.test("an identity provider has https, or is on this machine, whatever the instance allows", () => {
  const provider = (url: string) =>
    `url: http://x.example\ninsecure: true\nauth: { method: client_credentials, token_url: "${url}", client_id: a, ` +
    'client_secret: "${env:SHOWTIME_S}" }';
  assert.deepEqual(problems(instance(provider("http://127.0.0.1:9000/token"))), []);
  assert.match(
    problems(instance(provider("http://idp.example/token"))).join(),
    /^showtime.yml:6:\d+: assets.instances.qa.auth.token_url: plain http would show the tokens/,
  );
});

Deno.test("two databases of the folder that lead to one of the instance are refused", () => {
  const map = "databases: { map: { Trino: Lake, Hive: Lake } }";
  assert.deepEqual(problems(instance(`url: https://x.example\n${AUTH}\n${map}`)), [
    'showtime.yml:6:40: assets.instances.qa.databases.map.Hive: "Lake" stands for "Trino" already; ' +
    "map each name to a database of its own, so that an export finds the way back",
  ]);
});

Deno.test("the default instance is one of the instances", () => {
  assert.deepEqual(
    problems(
      `assets:\n  default: qq\n${instance(`url: https://x.example\n${AUTH}`).replace("assets:\n", "")}`,
    ),
    [
      'showtime.yml:2:3: assets.default: there is no instance "qq"; name one of assets.instances',
    ],
  );
});

Deno.test("all mistakes of the section are reported at once, from top to bottom", () => {
  const text =
    "assets:\n  ledger: branch\n  instances:\n    QA:\n      url: x\n    b:\n      url: https://x.example\n" +
    "      auth: { method: token, token: abc }\n";
  assert.deepEqual(problems(text).map((line) => line.split(":").slice(1, 3).join(":")), [
    "2:11",
    "4:5",
    "8:37",
  ]);
});
