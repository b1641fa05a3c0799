import assert from "node:assert/strict";
import { sourceFlags } from "../../../src/wiring/permissions.ts";

const ROOT = new URL("../../../", import.meta.url);

Deno.test("sourceFlags() grant what the set in deno.json grants, and deny the rest", async () => {
  const probe = `const kinds = [
    { name: "net" }, { name: "read" }, { name: "write" }, { name: "write", path: "." },
    { name: "write", path: "/tmp" }, { name: "run" }, { name: "run", command: "git" },
    { name: "run", command: "deno" }, { name: "sys" }, { name: "sys", kind: "uid" }, { name: "ffi" },
    { name: "env" }, { name: "env", variable: "HOME" }, { name: "env", variable: "SHOWTIME_TTL" },
    { name: "env", variable: "UNKNOWN" }, { name: "import" },
  ];
  const states = kinds.map((kind) => Deno.permissions.querySync(kind).state);
  console.log(JSON.stringify([states, Deno.env.get("UNKNOWN") ?? "unset"]));`;
  const ask = async (flags: readonly string[]) => {
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", ...flags, `data:text/javascript,${encodeURIComponent(probe)}`],
      cwd: ROOT,
      env: { UNKNOWN: "set" },
    }).output();
    return new TextDecoder().decode(stderr) + new TextDecoder().decode(stdout);
  };

  const fromSet = await ask(["--config=deno.json", "--no-prompt", "-P=showtime"]);

  assert.match(fromSet, /^\[\["granted","granted","(?:prompt|denied)","granted"/);
  assert.match(fromSet, /"unset"\]\n$/);
  assert.equal(fromSet, await ask(["--no-config", ...sourceFlags()]));
});
