import assert from "node:assert/strict";
import { AppError } from "../../../../src/lib/errors.ts";
import { permissionFindings, type Probed } from "../../../../src/drivers/ecs/diagnose/ask_permissions.ts";
import { describeCaller } from "../../../../src/drivers/ecs/diagnose/diagnose.ts";

function findingsOf(probed: Readonly<Record<string, Probed>>) {
  return permissionFindings(new Map(Object.entries(probed)), {
    name: "AWS permissions",
    caller: "the role previews",
    resourceOf: () => "*",
  });
}

const ALLOWED: Probed = { kind: "allowed", refusal: undefined };
const DENIED: Probed = { kind: "denied", action: "ecs:CreateService" };

Deno.test("describeCaller() names the role that somebody took on as a policy's editor knows it", () => {
  const account = "123456789012";

  assert.equal(
    describeCaller({ account, arn: `arn:aws:sts::${account}:assumed-role/showtime-shop/GitHubActions` }),
    "the role showtime-shop",
  );
  assert.equal(
    describeCaller({ account, arn: `arn:aws:iam::${account}:user/ana` }),
    `arn:aws:iam::${account}:user/ana`,
  );
});

Deno.test("permissionFindings() names what several calls lack once", () => {
  const findings = findingsOf({
    "ecs:CreateService": DENIED,
    "ecs:TagResource": DENIED,
    "ecs:ListTasks": ALLOWED,
  });

  assert.deepEqual(findings.map(({ status, detail }) => [status, detail]), [
    ["failure", "ecs:CreateService is not allowed"],
  ]);
  assert.match(findings[0]?.fix ?? "", /^Allow ecs:CreateService on \* for the role previews; /);
});

Deno.test("permissionFindings() calls nothing allowed that AWS gave no answer about", () => {
  const error = new AppError("throttled", "Asking for ecs:ListTasks: too much", {
    hint: "Run the command again in a minute",
    retryable: true,
  });

  const findings = findingsOf({ "ecs:ListTasks": { kind: "unknown", error }, "ecs:ListServices": ALLOWED });

  assert.deepEqual(findings.map(({ status }) => status), ["warning"]);
  assert.match(findings[0]?.detail ?? "", /^could not check ecs:ListTasks \(/);
  assert.equal(findings[0]?.fix, "Run the command again in a minute");
});
