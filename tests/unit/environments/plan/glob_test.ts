import assert from "node:assert/strict";
import { globProblem, matchesAny, matchesGlob } from "../../../../src/environments/core/plan/paths/glob.ts";

const CASES: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["Dockerfile", ["Dockerfile"], ["dockerfile", "docker/Dockerfile", "Dockerfile.dev"]],
  ["src/**", ["src/a.ts", "src/a/b.ts", "src", "src/.hidden"], ["srcs/a.ts", "lib/src/a.ts"]],
  ["src/", ["src/a.ts", "src/a/b.ts"], ["src2/a.ts"]],
  ["**/*.ts", ["a.ts", "a/b/c.ts", ".ts"], ["a.tsx", "a.ts/b"]],
  ["**", ["a", "a/b"], []],
  ["src/**/test/*.py", ["src/test/a.py", "src/a/b/test/c.py"], ["src/test/a/b.py", "test/a.py"]],
  ["*", ["README.md"], ["docs/README.md"]],
  ["requirements*.txt", ["requirements.txt", "requirements-dev.txt"], ["requirements/dev.txt"]],
  ["package{,-lock}.json", ["package.json", "package-lock.json"], ["package-x.json"]],
  ["{src,lib}/**/*.{ts,tsx}", ["src/a.ts", "lib/x/a.tsx"], ["test/a.ts", "src/a.js"]],
  ["app/[id]/page.tsx", ["app/[id]/page.tsx"], ["app/i/page.tsx"]],
  ["a?c", ["abc", "a🎪c"], ["ac", "a/c"]],
  ["a*b*c", ["abc", "axxbxxc", "abbcbc"], ["ab", "acb"]],
  ["a.c", ["a.c"], ["abc"]],
];

for (const [pattern, fitting, others] of CASES) {
  Deno.test(`the pattern ${pattern} fits the paths that it means and no others`, () => {
    for (const path of fitting) assert.ok(matchesGlob(pattern, path), path);
    for (const path of others) assert.ok(!matchesGlob(pattern, path), path);
  });
}

Deno.test("a path fits several patterns if it fits one of them", () => {
  assert.ok(matchesAny(["src/**", "Dockerfile"], "Dockerfile"));
  assert.ok(!matchesAny(["src/**", "Dockerfile"], "README.md"));
  assert.ok(!matchesAny([], "README.md"));
});

Deno.test("a pattern that would mean something else than it says is a problem", () => {
  for (const pattern of ["!docs/**", "/src/**", "./src", "../src", "src\\a", "{a", "a}", "{a,{b,c}}"]) {
    assert.equal(typeof globProblem(pattern), "string", pattern);
  }
  assert.match(globProblem("{a,b}".repeat(7)) ?? "", /more than 100/);
  for (const [pattern] of CASES) assert.equal(globProblem(pattern), undefined, pattern);
});

Deno.test("a hostile pattern takes no more than the product of its length and the path's", () => {
  assert.ok(!matchesGlob("*a".repeat(200), "a".repeat(199)));
  assert.ok(!matchesGlob("**/".repeat(200) + "x", "a/".repeat(500) + "y"));
});
