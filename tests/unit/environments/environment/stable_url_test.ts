import assert from "node:assert/strict";
import fc from "fast-check";
import {
  assertUrlFree,
  findTemplateProblem,
  formatStableUrl,
  hostOf,
  shownHost,
  urlToOpen,
} from "../../../../src/environments/core/environment/stable_url.ts";
import { prNumber } from "../../../../src/lib/ids.ts";
import { A, B, deployed } from "../../../worlds/observation.ts";

const PR = prNumber(12);

for (
  const [template, url] of [
    ["https://pr-{pr}.preview.example.org", "https://pr-12.preview.example.org"],
    ["https://pr-{pr}.preview.example.org/", "https://pr-12.preview.example.org"],
    ["http://pr-{pr}.localhost:8888", "http://pr-12.localhost:8888"],
    ["http://PR-{pr}.Example.org:80", "http://pr-12.example.org"],
    ["https://{repo}-{pr}.example.org", "https://super-set-2-12.example.org"],
    ["https://{pr}.{repo}.example.org", "https://12.super-set-2.example.org"],
  ] as const
) {
  Deno.test(`formatStableUrl() makes ${url} of ${template}`, () => {
    assert.equal(findTemplateProblem(template), undefined);
    assert.equal(formatStableUrl(template, { pr: PR, repo: "acme/Super.Set_2" }), url);
  });
}

for (
  const [template, expected] of [
    ["pr-{pr}.example.org", /begins with http/],
    ["ftp://pr-{pr}.example.org", /begins with http/],
    ["https://preview.example.org", /\{pr\} in its host/],
    ["https://preview.example.org/{pr}", /\{pr\} in its host/],
    ["https://pr-{pr}.example.org/start", /without a path/],
    ["https://pr-{pr}.example.org?x=1", /without a path/],
    ["https://me:pw@pr-{pr}.example.org", /without a login/],
    ["https://pr-{pr}-{sha}.example.org", /no other placeholders/],
    ["https://pr-{pr}.example.org:{pr}", /port of digits/],
    ["https://pr-{pr}.example.org:99999", /valid host/],
    ["https://pr_{pr}.example.org", /valid host/],
    ["https://-{pr}.example.org", /valid host/],
    ["https://{pr}.10.0.0.1", /valid host/],
    ["https://*.pr-{pr}.example.org", /valid host/],
    [`https://pr-{pr}.${"a".repeat(64)}.org`, /valid host/],
    [`https://pr-{pr}.${`${"a".repeat(60)}.`.repeat(2)}org`, /at most 128 characters/],
  ] as const
) {
  Deno.test(`findTemplateProblem() says what is wrong with ${template.slice(0, 50)}`, () => {
    assert.match(findTemplateProblem(template) ?? "", expected);
  });
}

Deno.test("every repository and pull request gets a valid host from a template without a problem", () => {
  fc.assert(fc.property(
    fc.string({ minLength: 1, maxLength: 100, unit: fc.constantFrom(..."abcXYZ019._-") }),
    fc.integer({ min: 1, max: 9_999_999 }),
    (name, number) => {
      const template = "https://{repo}-pr-{pr}.preview.example.org";
      const url = formatStableUrl(template, { pr: prNumber(number), repo: `acme/${name}` }) ?? "";
      const host = hostOf(url);
      assert.ok(host.length <= 128);
      for (const part of host.split(".")) assert.match(part, /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/);
      assert.equal(shownHost(url), host);
    },
  ));
});

Deno.test("people are sent to the address that stays only where it leads: to the active environment", () => {
  const [address, stable] = ["10.0.0.1:8080", "https://pr-12.example.org"];
  assert.equal(urlToOpen({ address, stable, active: true }), stable);
  assert.equal(urlToOpen({ address, stable, active: false }), "http://10.0.0.1:8080");
  assert.equal(urlToOpen({ address, stable: undefined, active: true }), "http://10.0.0.1:8080");
});

Deno.test("assertUrlFree() refuses a host that another repository's environment has, and names it", () => {
  const identity = { repo: "acme/shop", repoId: 1 };
  const settings = { size: "standard", flags: {}, login: undefined, url: "http://pr-12.example.org:8888" };
  const theirs = deployed(A, { pr: PR, repo: "acme/blog", repoId: 2, settings });
  const check = (url: string, elsewhere = [theirs]) => assertUrlFree(url, { pr: PR, identity, elsewhere });

  assert.throws(() => check("https://pr-12.example.org"), {
    code: "url_taken",
    exitCode: 3,
    message: /pr-1234-aaaaaaa-service of acme\/blog has this host/,
    hint: /\{repo\}/,
  });
  check("https://pr-13.example.org");
  check("https://pr-12.example.org", [{ ...theirs, managed: false }, deployed(B, { repo: "acme/blog" })]);
});
