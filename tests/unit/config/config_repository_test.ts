import assert from "node:assert/strict";
import fc from "fast-check";
import { AppError } from "../../../src/lib/errors.ts";
import {
  namedRepository,
  remoteRepository,
  resolveDockerHubLogin,
  resolveToken,
} from "../../../src/config/mod.ts";
import { parseRemote, type RemoteAnswer } from "../../../src/lib/git/git_remote.ts";

Deno.test("namedRepository() takes the flag, then the variables", () => {
  const all = { GITHUB_ORG: "org", GITHUB_REPO: "repo", GITHUB_REPOSITORY: "from/actions" };
  const cases = [
    [{ flag: "a/b", env: all }, { repo: "a/b", source: "--repo" }],
    [{ env: all }, { repo: "org/repo", source: "GITHUB_ORG and GITHUB_REPO" }],
    [{ env: { ...all, GITHUB_REPO: "" } }, { repo: "from/actions", source: "GITHUB_REPOSITORY" }],
    [{ env: { GITHUB_ORG: "org" } }, undefined],
    [{ env: {} }, undefined],
  ] as const;
  for (const [input, expected] of cases) assert.deepEqual(namedRepository(input), expected);
});

Deno.test("remoteRepository() says why the repository cannot be told, and what to do", () => {
  const found = { kind: "found", url: "git@github.com:from/remote.git" } as const;
  assert.deepEqual(remoteRepository(found), { repo: "from/remote", source: "git remote" });
  const fix = "git config --global --add safe.directory /srv/shop";
  const cases: readonly (readonly [RemoteAnswer, RegExp, RegExp])[] = [
    [
      { kind: "not_trusted", fix },
      /another user owns its folder/,
      /safe\.directory \/srv\/shop", or name it/,
    ],
    [{ kind: "no_git" }, /git is not installed/, /^Install git, or name it with --repo owner\/name/],
    [{ kind: "no_clone" }, /this folder is not in a Git clone/, /^Run it in a clone/],
    [{ kind: "no_remote" }, /this clone has no remote/, /git remote add origin/],
    [{ kind: "several", names: ["fork", "upstream"] }, /the remotes fork, upstream, and none/, /--repo/],
    [{ kind: "failed", words: "bad config line 1" }, /Git says "bad config line 1"/, /--repo/],
  ];
  for (const [answer, message, hint] of cases) {
    assert.throws(() => remoteRepository(answer), (error) => {
      assert.ok(error instanceof AppError);
      assert.deepEqual([error.code, error.exitCode], ["repository_unknown", 2]);
      assert.match(error.message, /^Cannot tell the repository: /);
      assert.match(error.message, message);
      assert.match(error.hint ?? "", hint);
      return true;
    }, answer.kind);
  }
});

Deno.test("remoteRepository() takes no repository of another forge for one on GitHub", () => {
  for (
    const url of [
      "git@gitlab.com:acme/shop.git",
      "https://gitlab.acme.com/acme/shop",
      "https://me:pw@bitbucket.org/a/b",
    ]
  ) {
    assert.throws(() => remoteRepository({ kind: "found", url }), (error) => {
      assert.ok(error instanceof AppError);
      assert.deepEqual([error.code, error.exitCode], ["repository_unknown", 2]);
      assert.match(
        error.message,
        /the remote of this clone is on (?:gitlab\.com|gitlab\.acme\.com|bitbucket\.org), and/,
      );
      return !error.message.includes("pw");
    }, url);
  }
  for (
    const url of [
      "work-github:acme/shop",
      "git@github.com-work:acme/shop.git",
      "https://git.acme.com/acme/shop",
    ]
  ) {
    assert.equal(remoteRepository({ kind: "found", url }).repo, "acme/shop", url);
  }
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

Deno.test("a text that is not a repository is refused with exit code 2 and without credentials", () => {
  const remote = (url: string) => remoteRepository({ kind: "found", url });
  const attempts = [
    () => namedRepository({ flag: "acme", env: {} }),
    () => namedRepository({ flag: "acme/shop/more", env: {} }),
    () => namedRepository({ flag: "", env: {} }),
    () => namedRepository({ flag: "acme/$(id)", env: {} }),
    () => namedRepository({ flag: "acme/..", env: {} }),
    () => namedRepository({ env: { GITHUB_ORG: "a b", GITHUB_REPO: "c" } }),
    () => namedRepository({ env: { GITHUB_REPOSITORY: "nothing" } }),
    () => remote("https://user:hunter2@example.com/only"),
    () => remote("/srv/git/shop.git"),
  ];
  for (const [index, attempt] of attempts.entries()) {
    assert.throws(attempt, (error) => {
      assert.ok(error instanceof AppError);
      assert.equal(error.code, "repository_malformed");
      assert.equal(error.exitCode, 2);
      assert.match(error.hint ?? "", /owner\/name/);
      return !error.message.includes("hunter2");
    }, String(index));
  }
});

Deno.test("flag and remote give owner/name or are refused, for any text", () => {
  fc.assert(fc.property(fc.string(), fc.string(), (flag, url) => {
    for (
      const find of [() => namedRepository({ flag, env: {} }), () => remoteRepository({ kind: "found", url })]
    ) {
      try {
        assert.match(find()?.repo ?? "", /^[A-Za-z0-9_-]+\/[A-Za-z0-9._-]+$/);
      } catch (error) {
        assert.ok(error instanceof AppError, String(error));
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
