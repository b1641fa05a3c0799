import assert from "node:assert/strict";
import { renderCompletionScript } from "../../src/cli/completion/completion_script.ts";

Deno.test("renderCompletionScript() completes in a bash without the package bash-completion", async () => {
  const script = [
    "showtime() { printf 'status\\twhat there is\\nstart\\n:4\\n'; }",
    renderCompletionScript("bash"),
    "COMP_WORDS=(showtime sta) COMP_CWORD=1",
    "compopt() { :; }",
    "__showtime_complete",
    'printf "%s\\n" "${COMPREPLY[@]}"',
  ].join("\n");

  const { stdout, stderr } = await new Deno.Command("bash", { args: ["--norc", "-c", script] }).output();

  assert.equal(new TextDecoder().decode(stderr), "");
  assert.match(new TextDecoder().decode(stdout), /^status.*\nstart\n$/);
});
