import assert from "node:assert/strict";
import fc from "fast-check";
import { AppError } from "../../../src/lib/errors.ts";
import {
  parseRemote,
  resolveDockerHubLogin,
  resolveRepository,
  resolveToken,
} from "../../../src/config/mod.ts";

Deno.test("resolveRepository() takes the flag, the variables, the git remote, apache/superset, in that order", () => {
  const all = { GITHUB_ORG: "org", GITHUB_REPO: "repo", GITHUB_REPOSITORY: "from/actions" };
  const gitRemote = "git@github.com:from/remote.git";
  const cases = [
    [{ flag: "a/b", env: all, gitRemote }, "a/b", "--repo"],
    [{ env: all, gitRemote }, "org/repo", "GITHUB_ORG and GITHUB_REPO"],
    [{ env: { ...all, GITHUB_REPO: "" }, gitRemote }, "from/actions", "GITHUB_REPOSITORY"],
    [{ env: { GITHUB_ORG: "org" }, gitRemote }, "from/remote", "git remote"],
    [{ env: {} }, "apache/superset", "default"],
    [{ env: {}, gitRemote: "\n" }, "apache/superset", "default"],
  ] as const;
  for (const [input, repo, source] of cases) assert.deepEqual(resolveRepository(input), { repo, source });
});

Deno.test("parseRemote() reads every usual form of an address", () => {
  const cases = [
    ["https://github.com/acme/shop.git", "acme/shop"],
    ["https://github.com/acme/shop", "acme/shop"],
    ["https://github.com/acme/shop/", "acme/shop"],
    ["https://x-access-token:ghs_abc@github.com/acme/shop.git", "acme/shop"],
    ["http://ghe.example.com:8443/acme/shop.git", "acme/shop"],
    ["https://example.com/git/acme/shop.git", "acme/shop"],
    ["git@github.com:acme/shop.git", "acme/shop"],
    ["org-123@github.com:acme/shop.git", "acme/shop"],
    ["work-github:acme/shop", "acme/shop"],
    ["ssh://git@github.com/acme/shop.git", "acme/shop"],
    ["ssh://git@ghe.example.com:2222/acme/shop.git", "acme/shop"],
    ["git://github.com/acme/shop.git", "acme/shop"],
    ["git@github.com:acme/.github.git", "acme/.github"],
    ["/srv/git/shop.git", undefined],
    ["../shop", undefined],
    ["file:///srv/acme/shop.git", undefined],
    ["C:\\work\\shop", undefined],
    ["https://github.com/acme", undefined],
    ["git@github.com:acme/..", undefined],
    ["", undefined],
  ] as const;
  for (const [remote, repo] of cases) assert.equal(parseRemote(remote), repo, remote);
});

Deno.test("resolveRepository() refuses text that is not a repository, with exit code 2 and without credentials", () => {
  const inputs = [
    { flag: "acme", env: {} },
    { flag: "acme/shop/more", env: {} },
    { flag: "", env: {} },
    { flag: "acme/$(id)", env: {} },
    { flag: "acme/..", env: {} },
    { env: { GITHUB_ORG: "a b", GITHUB_REPO: "c" } },
    { env: { GITHUB_REPOSITORY: "nothing" } },
    { env: {}, gitRemote: "https://user:hunter2@example.com/only" },
    { env: {}, gitRemote: "/srv/git/shop.git" },
  ];
  for (const input of inputs) {
    assert.throws(() => resolveRepository(input), (error) => {
      assert.ok(error instanceof AppError);
      assert.equal(error.code, "repository_malformed");
      assert.equal(error.exitCode, 2);
      assert.match(error.hint ?? "", /owner\/name/);
      return !error.message.includes("hunter2");
    }, JSON.stringify(input));
  }
});

Deno.test("resolveRepository() returns owner/name or refuses, for any text", () => {
  fc.assert(fc.property(fc.string(), fc.string(), (flag, gitRemote) => {
    for (const input of [{ flag, env: {} }, { env: {}, gitRemote }]) {
      try {
        assert.match(resolveRepository(input).repo, /^[A-Za-z0-9_-]+\/[A-Za-z0-9._-]+$/);
      } catch (error) {
        assert.ok(error instanceof AppError);
      }
    }
  }));
});

Deno.test("resolveToken() takes GITHUB_TOKEN, then GH_TOKEN, then the token of gh", () => {
  const ghAuthToken = "gho_c\n";
  assert.deepEqual(resolveToken({ env: { GITHUB_TOKEN: "ghs_a", GH_TOKEN: "ghp_b" }, ghAuthToken }), {
    value: "ghs_a",
    source: "GITHUB_TOKEN",
  });
  assert.equal(resolveToken({ env: { GITHUB_TOKEN: " ", GH_TOKEN: "ghp_b" }, ghAuthToken })?.value, "ghp_b");
  assert.deepEqual(resolveToken({ env: {}, ghAuthToken }), { value: "gho_c", source: "gh auth token" });
  assert.equal(resolveToken({ env: {} }), undefined);
});

Deno.test("resolveToken() refuses a token that a header cannot carry and does not repeat it", () => {
  assert.throws(() => resolveToken({ env: { GITHUB_TOKEN: "ghs_hidden\nX: y" } }), (error) => {
    assert.ok(error instanceof AppError);
    return error.code === "token_malformed" && error.exitCode === 2 && !error.message.includes("ghs_hidden");
  });
});

Deno.test("resolveDockerHubLogin() needs both variables", () => {
  assert.deepEqual(resolveDockerHubLogin({ DOCKERHUB_USER: "u", DOCKERHUB_TOKEN: "t" }), {
    user: "u",
    token: "t",
  });
  assert.equal(resolveDockerHubLogin({ DOCKERHUB_USER: "u" }), undefined);
  assert.equal(resolveDockerHubLogin({}), undefined);
});
