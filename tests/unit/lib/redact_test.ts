import assert from "node:assert/strict";
import { Redactor } from "../../../src/lib/redact.ts";

Deno.test("redact() masks a secret in any letter case and with any characters", () => {
  const redactor = new Redactor({ GITHUB_TOKEN: "ghs_aB3.x+y(z)|$1\\[q]", HOME: "/home/ana" });
  const secret = "ghs_aB3.x+y(z)|$1\\[q]";

  for (
    const text of [
      secret,
      secret.toUpperCase(),
      secret.toLowerCase(),
      btoa(secret),
      encodeURIComponent(secret),
    ]
  ) {
    assert.equal(
      redactor.redact(`unknown instruction: TOKEN=${text} /home/ana`),
      "unknown instruction: TOKEN=*** /home/ana",
    );
  }
  assert.equal(redactor.redact("ghs_aB3zx+y(z)"), "ghs_aB3zx+y(z)");
});

Deno.test("redact() leaves the path to a file of secrets", () => {
  const redactor = new Redactor({ CICDSTATEMGR_SECRETS_PATH: "secrets.yaml", MY_SECRET: "secrets.json" });
  assert.equal(redactor.redact("secrets.yaml secrets.json"), "secrets.yaml ***");
});

Deno.test("redact() masks the longer of two secrets first, and leaves text unchanged without secrets", () => {
  const redactor = new Redactor({});
  assert.equal(redactor.redact("abcdef"), "abcdef");
  redactor.keep("abcdef");
  redactor.keep("abcdefghi");
  assert.equal(redactor.redact("ABCDEFGHI abcdefg"), "*** ***g");
});
