import assert from "node:assert/strict";
import { formatJson } from "../../../src/contexts/core/tree/format_json.ts";
import type { ContextSettings } from "../../../src/contexts/core/settings.ts";
import { type ContextSources, loadContextSettings } from "../../../src/config/contexts/mod.ts";
import { ConfigError, loadConfig } from "../../../src/config/mod.ts";

type Rest = Partial<Omit<ContextSources, "file">>;

function load(text: string | undefined, rest: Rest = {}): ContextSettings {
  const file = text === undefined ? undefined : { path: "showtime.yml", text };
  return loadContextSettings({ file, env: {}, ...rest }).settings;
}

function problemsOf(action: () => unknown): readonly string[] {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    assert.equal(error.exitCode, 2);
    return error.message.split("\n").slice(1).map((line) => line.trim());
  }
  return [];
}

/** The problems of a section, which both loaders find alike. */
function problems(text: string, env: Record<string, string> = {}): readonly string[] {
  const ours = problemsOf(() => load(text, { env }));
  const whole = problemsOf(() => loadConfig({ file: { path: "showtime.yml", text }, env, flags: {} }));
  assert.deepEqual(whole, ours);
  return ours;
}

const REFERENCE = "${env:SHOWTIME_SLACK_TOKEN}";

Deno.test("without a file and without a section there are the defaults", () => {
  for (const text of [undefined, "", "ttl: 48h\n", "context: {}\n"]) {
    const settings = load(text);
    assert.deepEqual(settings.primary, { kind: "sqlite", path: ".showtime/contexts.db" });
    assert.deepEqual(settings.copies, []);
    assert.deepEqual(settings.http, { timeoutMs: 10_000, attempts: 3, hosts: [] });
    assert.equal(settings.keep, 50);
    assert.deepEqual(settings.slack, { url: undefined, token: undefined });
    assert.equal(settings.environments, undefined);
    assert.equal(settings.secretData.size + settings.configData.size, 0);
  }
});

Deno.test("every key of the section has its effect", () => {
  const settings = load(
    `context:
  datasources:
    shellfile: { path: out/context.sh, excludeKeyNames: [macros] }
    redis: { host: db.example.com, port: 6380, db: 2, username: ci, password: "\${env:SHOWTIME_REDIS_PASSWORD}", isPrimary: true }
    sqlite: {}
    idfile: { path: out/id }
  slack: { url: "https://slack.example.com/api", token: "${REFERENCE}" }
  templates: { notify: n, manual-choice: m, respond: r }
  trigger:
    url: https://ci.example.com/hook
    token: "\${file:trigger.token}"
    headers: [{ name: X-Token, value: "{{ secretData.trigger.token }}" }]
    auto-args: { who: me, n: 5, on: true }
  notify: { auto-capture-response-data: [{ from: "{{ body.ts }}", to: state.ts }] }
  manual-choice: { auto-capture-response-data: [] }
  http: { timeout: 2m, attempts: 5, hosts: ["https://chat.example.com:8443", "https://A.example:443"] }
  redact: [state.token, 'state["a.b"][0]']
  history: { keep: 7 }
  environments: { app: app.yaml, bases: bases, context: production }
`,
    {
      folder: "ci",
      env: { SHOWTIME_SLACK_TOKEN: "xoxb-1", SHOWTIME_REDIS_PASSWORD: "p@ss:w/rd" },
      readSecret: (path) => `<${path}>`,
    },
  );
  assert.deepEqual(settings.primary, {
    kind: "redis",
    url: "redis://ci:p%40ss%3Aw%2Frd@db.example.com:6380/2",
  });
  assert.deepEqual(settings.copies, [
    { kind: "shellfile", path: "ci/out/context.sh", excludeKeyNames: ["macros"] },
    { kind: "sqlite", path: ".showtime/contexts.db" },
    { kind: "idfile", path: "ci/out/id" },
  ]);
  assert.deepEqual(settings.slack, { url: "https://slack.example.com/api", token: "xoxb-1" });
  assert.deepEqual(settings.templates, { notify: "n", "manual-choice": "m", respond: "r" });
  assert.equal(settings.trigger.url, "https://ci.example.com/hook");
  assert.deepEqual(settings.trigger.headers, [{ name: "X-Token", value: "{{ secretData.trigger.token }}" }]);
  assert.equal(formatJson(settings.trigger.autoArgs), '{"who": "me", "n": 5, "on": true}');
  assert.deepEqual(settings.capture, {
    notify: [{ from: "{{ body.ts }}", to: "state.ts" }],
    "manual-choice": [],
  });
  assert.deepEqual(settings.http, {
    timeoutMs: 120_000,
    attempts: 5,
    hosts: ["https://chat.example.com:8443", "https://a.example"],
  });
  assert.deepEqual(settings.redact, [["state", "token"], ["state", "a.b", 0]]);
  assert.equal(settings.keep, 7);
  assert.deepEqual(settings.environments, { app: "ci/app.yaml", bases: "ci/bases", context: "production" });
  assert.equal(
    formatJson(settings.secretData),
    '{"slack": {"token": "xoxb-1"}, "trigger": {"token": "<ci/trigger.token>"}}',
  );
});

Deno.test("a Redis server has the defaults of Redis, or an address of its own", () => {
  const redis = (keys: string, env = {}) =>
    load(`context: { datasources: { redis: { ${keys} } } }`, { env }).primary;
  const address = (url: string) => ({ kind: "redis", url });
  assert.deepEqual(redis(""), address("redis://localhost:6379/0"));
  assert.deepEqual(redis('host: "::1"'), address("redis://[::1]:6379/0"));
  assert.deepEqual(redis("password: secret"), address("redis://:secret@localhost:6379/0"));
  assert.deepEqual(redis("url: rediss://u:p@h:1/2"), address("rediss://u:p@h:1/2"));
  assert.deepEqual(
    redis('url: "${env:SHOWTIME_REDIS}"', { SHOWTIME_REDIS: "redis://h" }),
    address("redis://h"),
  );
  for (const key of ["url", "password"]) {
    assert.throws(() => redis(`${key}: "\${env:SHOWTIME_REDIS}"`), {
      code: "secret_missing",
      exitCode: 2,
      message: "Opening Redis: the variable SHOWTIME_REDIS is not set",
    });
  }
});

Deno.test("a token whose variable is not set is no error, since most commands need none", () => {
  assert.equal(load(`context: { slack: { token: "${REFERENCE}" } }`).slack.token, undefined);
});

Deno.test("all mistakes come at once, with path, line and the nearest key", () => {
  assert.deepEqual(
    problems(`context:
  datasorces: {}
  datasources:
    sqllite: {}
    redis: { port: "6379" }
  slack: { url: slack.example.com, tokn: x }
  http: { timeout: 10, attempts: 0, hosts: [https://a.example/x] }
  redact: ["a..b"]
  history: { keep: 0 }
  trigger: { headers: [{ name: "a b", value: c }] }
  notify: { auto-capture-response-data: [{ from: x }] }
`),
    [
      'showtime.yml:2:3: context.datasorces: unknown key; did you mean "datasources"?',
      'showtime.yml:4:5: context.datasources.sqllite: unknown key; did you mean "sqlite"?',
      'showtime.yml:5:20: context.datasources.redis.port: expected a whole number from 1 to 65535, found the text "6379"; ' +
      "write 6379 without quotes",
      "showtime.yml:6:17: context.slack.url: expected an http or https address without a login, or a reference such as " +
      "${env:SHOWTIME_NAME} without __ in the name, found other text; write ${env:SHOWTIME_SLACK_URL}, and put the value " +
      "into the variable SHOWTIME_SLACK_URL",
      'showtime.yml:6:36: context.slack.tokn: unknown key; did you mean "token"?',
      "showtime.yml:7:20: context.http.timeout: expected a number with a unit, such as 10s, found the number 10; give it a " +
      "unit: s, m, h or d",
      "showtime.yml:7:34: context.http.attempts: expected a whole number from 1 to 10, found the number 0; correct the value",
      "showtime.yml:7:45: context.http.hosts.0: expected an origin, such as https://chat.example.com, found " +
      '"https://a.example/x"; correct the value',
      'showtime.yml:8:12: context.redact.0: expected a path, such as state.token, found "a..b"; correct the value',
      "showtime.yml:9:20: context.history.keep: expected a whole number from 1 to 10000, found the number 0; correct the value",
      'showtime.yml:10:32: context.trigger.headers.0.name: expected the name of a header, found "a b"; correct the value',
      "showtime.yml:11:42: context.notify.auto-capture-response-data.0.to: expected text, found nothing; give it a value, or " +
      "remove the key",
    ],
  );
});

Deno.test("two entries with one file are refused, since each write would destroy the other's", () => {
  const entries = (text: string) => problems(`context:\n  datasources:\n${text.replace(/^/gm, "    ")}\n`);
  assert.deepEqual(entries("yamlfile: { path: work/c, isPrimary: true }\nidfile: { path: ./work//c }"), [
    "showtime.yml:4:15: context.datasources.idfile.path: yamlfile has the same file, work/c; name another file",
  ]);
  assert.deepEqual(entries("shellfile: { path: .showtime/contexts.db }\nsqlite: { isPrimary: true }"), [
    "showtime.yml:4:5: context.datasources.sqlite.path: shellfile has the same file, .showtime/contexts.db; name another file",
  ]);
  assert.deepEqual(entries("yamlfile: { path: c.yaml, isPrimary: true }\njsonfile: { path: c.json }"), []);
});

Deno.test("references to secrets that are not there are remembered with their reason, and stop no other command", () => {
  const settings = load(
    "context:\n  slack: { url: 'https://s.example.com', token: '${env:SHOWTIME_S}' }\n" +
      "  trigger: { url: '${env:SHOWTIME_U}', token: '${file:secret.txt}' }\n",
    { env: { SHOWTIME_S: "" }, readSecret: () => undefined },
  );
  assert.deepEqual([...settings.unresolved ?? []], [
    ["slack.token", "the variable SHOWTIME_S is not set"],
    ["trigger.url", "the variable SHOWTIME_U is not set"],
    ["trigger.token", "the file secret.txt cannot be read"],
  ]);
});

Deno.test("exactly one entry is the primary, unless there is only one that can be", () => {
  const entries = (text: string) => problems(`context:\n  datasources:\n${text.replace(/^/gm, "    ")}\n`);
  assert.deepEqual(entries("yamlfile: { path: a.yaml }"), []);
  assert.deepEqual(entries("sqlite: {}\nshellfile: { path: a.sh }"), [
    "showtime.yml:2:3: context.datasources: no entry is the primary; write isPrimary: true in the entry that keeps the contexts",
  ]);
  assert.deepEqual(
    entries("sqlite: { isPrimary: true }\nshellfile: { path: a.sh }\nredis: { isPrimary: true }"),
    [
      "showtime.yml:5:14: context.datasources.redis.isPrimary: sqlite is the primary already; keep isPrimary in one entry",
    ],
  );
  assert.deepEqual(
    entries("sqlite: { isPrimary: true, path: ./a.db }\nshellfile: { path: b/../a.db }\nidfile: { path: a }"),
    ["showtime.yml:4:18: context.datasources.shellfile.path: sqlite has the same file, a.db; name another file"],
  );
  assert.deepEqual(entries("idfile: { path: id }"), [
    "showtime.yml:2:3: context.datasources: no entry is the primary; write isPrimary: true in the entry that keeps the contexts",
  ]);
  assert.deepEqual(entries("shellfile: { isPrimary: true }\nredis: { url: redis://h, host: h }"), [
    "showtime.yml:3:5: context.datasources.shellfile: shellfile needs path, which is missing; add path",
    "showtime.yml:3:18: context.datasources.shellfile.isPrimary: shellfile is a copy, which cannot be read back; " +
    "make another entry primary",
    "showtime.yml:4:30: context.datasources.redis.host: url says this already; remove host or url",
  ]);
});

Deno.test("a secret that is written out is refused, and is not repeated", () => {
  const found = problems(
    "context:\n  slack: { token: xoxb-hunter2 }\n  trigger: { token: '${env:TOKEN}' }\n",
  );
  assert.equal(found.length, 2);
  assert.match(found[0] ?? "", /write \$\{env:SHOWTIME_SLACK_TOKEN\}, and put the value into the variable/);
  assert.match(found[1] ?? "", /write \$\{env:SHOWTIME_TOKEN\}, and set SHOWTIME_TOKEN/);
  assert.doesNotMatch(found.join(), /hunter2/);
});

Deno.test("only the section is read: mistakes elsewhere are for other commands", () => {
  const text = "nothing: 1\nttl: 5\ncontext: { history: { keep: 3 } }\n";
  assert.equal(load(text, { env: { SHOWTIME_ECS__NOTHING: "1" } }).keep, 3);
  assert.deepEqual(problemsOf(() => load("context: [\n")).length, 1);
  assert.match(problemsOf(() => load("context:\n")).join(), /^showtime.yml:1:1: context: expected a map/);
});

Deno.test("variables set keys of the section too, with their hyphens and capitals", () => {
  const env = {
    SHOWTIME_CONTEXT__DATASOURCES__SQLITE__PATH: "other.db",
    SHOWTIME_CONTEXT__DATASOURCES__SQLITE__ISPRIMARY: "true",
    SHOWTIME_CONTEXT__TEMPLATES__MANUAL_CHOICE: "m",
    SHOWTIME_CONTEXT__TRIGGER__AUTO_ARGS__who: "me",
    SHOWTIME_CONTEXT_ID: "id-1",
  };
  const settings = load("context: { templates: { notify: n, manual-choice: x } }", { env });
  assert.deepEqual(settings.primary, { kind: "sqlite", path: "other.db" });
  assert.deepEqual(settings.templates, { notify: "n", "manual-choice": "m" });
  assert.equal(formatJson(settings.trigger.autoArgs), '{"who": "me"}');
  assert.deepEqual(problems("", { SHOWTIME_CONTEXT__HISTORY__KEEEP: "3" }), [
    "SHOWTIME_CONTEXT__HISTORY__KEEEP: there is no setting with this name; did you mean SHOWTIME_CONTEXT__HISTORY__KEEP?",
  ]);
});

Deno.test("a foreign file cannot have a password sent to a server that it names", () => {
  const env = { SHOWTIME_SECRET: "pw", SHOWTIME_CONTEXT__DATASOURCES__REDIS__PASSWORD: "pw" };
  const redis = (keys: string, names: readonly (keyof typeof env)[]) =>
    load(`context: { datasources: { redis: { ${keys} } } }`, {
      isForeign: true,
      env: Object.fromEntries(names.map((name) => [name, env[name]])),
      readSecret: () => "pw",
    }).primary;
  const refused = { code: "secrets_refused", exitCode: 3 };
  const PASSWORD = "SHOWTIME_CONTEXT__DATASOURCES__REDIS__PASSWORD";
  assert.throws(() => redis('host: evil, password: "${env:SHOWTIME_SECRET}"', ["SHOWTIME_SECRET"]), refused);
  assert.throws(() => redis('port: 1, password: "${file:/etc/passwd}"', []), refused);
  assert.throws(() => redis('password: "${file:/etc/passwd}"', []), refused);
  assert.throws(() => redis("host: evil", [PASSWORD]), refused);
  assert.deepEqual(redis("host: h, password: written", []), {
    kind: "redis",
    url: "redis://:written@h:6379/0",
  });
  assert.deepEqual(redis("isPrimary: true", [PASSWORD]), {
    kind: "redis",
    url: "redis://:pw@localhost:6379/0",
  });
  assert.deepEqual(redis("host: h", []), { kind: "redis", url: "redis://h:6379/0" });
});

Deno.test("an address that a reference leads to is a secret if there is more than its origin", () => {
  const urls = (slack: string, trigger: string) =>
    load(`context: { slack: { url: ${slack} }, trigger: { url: ${trigger} } }`, {
      env: { SHOWTIME_A: "https://chat.example/hook/1", SHOWTIME_B: "https://chat.example" },
    }).secretUrls;
  assert.deepEqual(urls('"${env:SHOWTIME_A}"', "https://ci.example/x"), ["https://chat.example/hook/1"]);
  assert.deepEqual(urls('"${env:SHOWTIME_B}"', '"${env:SHOWTIME_A}"'), ["https://chat.example/hook/1"]);
});
