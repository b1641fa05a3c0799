import assert from "node:assert/strict";
import { AppError } from "../../../src/lib/errors.ts";
import { Redactor } from "../../../src/lib/redact.ts";
import { maskUrlLogins, urlLoginSecrets } from "../../../src/lib/url_login.ts";

Deno.test("maskUrlLogins() masks passwords in URLs of every kind, and tokens in those of HTTP", () => {
  const table: readonly (readonly [text: string, masked: string])[] = [
    ["no engine answers at ssh://ana:pa55@build.example", "no engine answers at ssh://ana:***@build.example"],
    ["tcp://ana:pa55@[fd00::1]:2376/x", "tcp://ana:***@[fd00::1]:2376/x"],
    ["tcp://ana:p@55@host", "tcp://ana:***@host"],
    ["HTTP_PROXY is http://ana:pa55@proxy:3128", "HTTP_PROXY is http://***@proxy:3128"],
    ["https://ghp_token@github.com/a/b.git", "https://***@github.com/a/b.git"],
    ["https://x-access-token:ghs_1@github.com/a/b", "https://***@github.com/a/b"],
    ["https://ghp_1:x-oauth-basic@github.com/a/b", "https://***@github.com/a/b"],
    ["redis://:pa55@cache/0 and postgres://a:b@db/x", "redis://:***@cache/0 and postgres://a:***@db/x"],
    ["HTTPS://ANA:PA55@HOST", "HTTPS://***@HOST"],
    ["ssh://git@github.com/a/b", "ssh://git@github.com/a/b"],
    ["https://github.com/a/b@v1 by ana@example.com", "https://github.com/a/b@v1 by ana@example.com"],
    ["http://127.0.0.1:8080/?next=a@b", "http://127.0.0.1:8080/?next=a@b"],
    ["postgres://app:{secret}@db/x", "postgres://app:{secret}@db/x"],
    ["postgres://app:(hidden)@db/x", "postgres://app:(hidden)@db/x"],
    ["git@github.com:a/b", "git@github.com:a/b"],
  ];
  for (const [text, masked] of table) {
    assert.equal(maskUrlLogins(text), masked);
    assert.equal(maskUrlLogins(masked), masked);
  }
});

Deno.test("urlLoginSecrets() reads passwords that were not escaped, and decodes those that were", () => {
  assert.deepEqual(urlLoginSecrets("ssh://ana:pa/55@w@host/x"), ["pa/55@w"]);
  assert.deepEqual(urlLoginSecrets("ssh://ana:pa%2F55@host"), ["pa%2F55", "pa/55"]);
  assert.deepEqual(urlLoginSecrets("https://token@host"), ["token"]);
  assert.deepEqual(urlLoginSecrets("ssh://ana@host"), []);
  assert.deepEqual(urlLoginSecrets("unix:///var/run/docker.sock"), []);
});

Deno.test("redact() masks the login of every address that a variable holds, wherever it appears", () => {
  for (const name of ["DOCKER_HOST", "http_proxy", "ALL_PROXY", "GITHUB_API_URL", "AWS_ENDPOINT_URL_ECS"]) {
    const redactor = new Redactor({ [name]: "tcp://ana:s3cr/et@w@host:1" });

    assert.equal(redactor.redact("it refused s3cr/et@w"), "it refused ***", name);
  }
});

Deno.test("an AppError carries no login of a URL in any of its texts", () => {
  const url = "https://ana:pa55word@host/x";

  const error = new AppError("failed", `Asking ${url}: no answer`, {
    hint: `Try ${url}`,
    logTail: [`GET ${url}`],
  });

  assert.doesNotMatch(
    JSON.stringify([error.message, error.hint, error.logTail, String(error)]),
    /pa55word|ana/,
  );
  assert.match(error.message, /https:\/\/\*\*\*@host\/x/);
});
