import assert from "node:assert/strict";
import { isLinkLocal } from "../../../../src/contexts/core/events/safety/link_local.ts";
import { checkRespondUrl } from "../../../../src/contexts/core/events/safety/respond_url.ts";
import { AppError } from "../../../../src/lib/errors.ts";

const LINK_LOCAL = [
  "169.254.169.254",
  "169.254.0.0",
  "169.254.255.255",
  "169.254.169.254.",
  "2852039166",
  "0xa9fea9fe",
  "0XA9FEA9FE",
  "025177524776",
  "0251.0376.0251.0376",
  "0xa9.0xfe.0xa9.0xfe",
  "0xa9.254.0251.254",
  "169.254.43518",
  "169.16689662",
  "169.0xfea9fe",
  "%31%36%39.254.169.254",
  "１６９.２５４.１６９.２５４",
  "169。254。169。254",
  "[fe80::1]",
  "[FE80::1]",
  "[fe80:0:0:0:0:0:0:1]",
  "[fea0::1]",
  "[febf:ffff::1]",
  "[::ffff:169.254.169.254]",
  "[::ffff:a9fe:a9fe]",
  "[0:0:0:0:0:ffff:a9fe:a9fe]",
  "[::169.254.169.254]",
  "[::ffff:0:169.254.169.254]",
  "[64:ff9b::169.254.169.254]",
  "[64:ff9b:1::a9fe:a9fe]",
  "[2002:a9fe:a9fe::]",
  "[2002:a9fe:a9fe::1]",
  "[fd00::5efe:169.254.169.254]",
  "[fd00::200:5efe:169.254.169.254]",
  "[2001:0:1:2:3:4:5601:5601]",
];

const ELSEWHERE = [
  "169.253.169.254",
  "169.255.0.1",
  "168.254.169.254",
  "254.169.254.169",
  "127.0.0.1",
  "169.254.169.254.example",
  "169.254.169.254x",
  "169-254-169-254.example",
  "link-local.example",
  "[fec0::1]",
  "[fe7f::1]",
  "[::1]",
  "[::ffff:127.0.0.1]",
  "[2001:db8::a9fe:a9fe]",
  "[a9fe:a9fe::1]",
];

for (const host of LINK_LOCAL) {
  Deno.test(`${host} is link-local`, () => {
    assert.ok(isLinkLocal(new URL(`http://${host}/latest/meta-data`)));
    // No list of hosts lets it pass.
    const hosts = [`http://${host}`, new URL(`http://${host}`).origin];
    const refused = thrown(`http://${host}/latest`, { slackUrl: `http://${host}/slack`, hosts });
    assert.match(refused.message, /is a link-local address$/);
    assert.equal(refused.exitCode, 3);
  });
}

for (const host of ELSEWHERE) {
  Deno.test(`${host} is not link-local`, () => {
    assert.ok(!isLinkLocal(new URL(`http://${host}/`)));
  });
}

Deno.test("respond.url may lead to the origins of slack.url and the list, and to Slack's hooks", () => {
  const slack = {
    slackUrl: "https://slack.com/api/chat.postMessage",
    hosts: ["https://ok.example:8443/ignored"],
  };
  const cases: readonly (readonly [url: string, token: boolean])[] = [
    ["https://slack.com/api/x?y#z", true],
    ["https://SLACK.com:443/api", true],
    ["https://ok.example:8443/a/b", false],
    ["https://hooks.slack.com/actions/T/1/x", false],
  ];
  for (const [url, takesToken] of cases) {
    assert.equal(checkRespondUrl(url, slack).takesToken, takesToken, url);
  }
  const proxy = { slackUrl: "https://proxy.example/slack", hosts: [] };
  assert.ok(checkRespondUrl("https://proxy.example/other", proxy).takesToken);
  assert.match(
    thrown("https://hooks.slack.com/x", proxy).message,
    /^Sending an answer to respond\.url: https:\/\/hooks\.slack\.com is neither/,
  );
});

Deno.test("every other respond.url is refused, and the message shows no more than its origin", () => {
  const allowed = { slackUrl: "https://slack.com/api", hosts: ["https://ok.example"] };
  const cases = [
    "https://evil.example/secret-path",
    "http://slack.com/api",
    "https://slack.com:8443/",
    "https://slack.com.evil.example/",
    "https://evil.example/https://slack.com/",
    "https://slack.com@evil.example/secret-path",
    "https://user:password@slack.com/",
    "https://slack.com\\@evil.example/secret-path",
    "//slack.com/x",
    "slack.com/x",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "data:text/plain,secret-path",
    "blob:https://slack.com/x",
    "",
    "http://[fe80::1%25eth0]/",
    "https://xn--slck-0ra.com/",
  ];
  for (const url of cases) {
    // A backslash ends the host: this one leads to Slack itself.
    if (url.includes("\\")) {
      assert.equal(new URL(checkRespondUrl(url, allowed).url).hostname, "slack.com");
      continue;
    }
    const refused = thrown(url, allowed);
    assert.equal(refused.code, "url_refused", url);
    assert.doesNotMatch(`${refused.message} ${refused.hint}`, /secret-path|password@|passwd/);
  }
});

Deno.test("without slack.url, only listed origins are allowed", () => {
  assert.equal(thrown("https://hooks.slack.com/x", { slackUrl: undefined, hosts: [] }).exitCode, 3);
  assert.equal(thrown("data:x", { slackUrl: undefined, hosts: ["data:x"] }).exitCode, 3);
  assert.equal(
    checkRespondUrl("https://a.example/x", { slackUrl: undefined, hosts: ["https://a.example"] }).takesToken,
    false,
  );
});

function thrown(url: string, allowed: Parameters<typeof checkRespondUrl>[1]): AppError {
  try {
    checkRespondUrl(url, allowed);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  assert.fail(`${url} is allowed`);
}
