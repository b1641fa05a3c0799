import assert from "node:assert/strict";
import { parseGitPlace } from "../../../src/lib/git/git_place.ts";

Deno.test("parseGitPlace() finds a folder in a checkout, a linked work tree and a submodule", () => {
  const top = "/home/ana/app";
  for (
    const gitDir of [
      `${top}/.git`,
      "/home/ana/app.git/worktrees/app",
      "/home/ana/.git/modules/app",
      "/home/ana/ap",
    ]
  ) {
    assert.deepEqual(parseGitPlace(`${gitDir}\n${top}\nweb/src/\n`), { top, prefix: "web/src/" });
    assert.deepEqual(parseGitPlace(`${gitDir}\n${top}\n\n`), { top, prefix: "" });
  }
  assert.deepEqual(parseGitPlace("C:/app/.git\r\nC:/app\r\nweb/\r\n"), { top: "C:/app", prefix: "web/" });
});

Deno.test("parseGitPlace() refuses a bare repository around the folder and unreadable answers", () => {
  for (
    const answer of [
      "/app/web\n/app/web\n\n",
      "/app/web\n/app\nweb/\n",
      "/app/web\n/app\nweb/src/\n",
      "/App/Web\n/app\nweb/\n",
      "/app\n/app\nweb/\n",
      "/\n/\napp/\n",
      "",
      "/app/.git\n/app\n",
      "/app/.git\n/a\npp\nweb/\n",
    ]
  ) assert.equal(parseGitPlace(answer), undefined, JSON.stringify(answer));
});
