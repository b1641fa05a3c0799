/** What the GitHub driver says of requests that GitHub refuses, and of certificates that are not trusted. */

import assert from "node:assert/strict";
import type { Forge } from "../../../src/environments/ports/forge.ts";
import { failure, json, LOCK, NEVER, PR, script } from "../../worlds/github/scripted_github.ts";

const refusals: readonly [
  title: string,
  status: number,
  message: string,
  headers: Record<string, string>,
  RegExp,
  RegExp,
][] = [
  [
    "a read-only token of a workflow",
    403,
    "Resource not accessible by integration",
    {},
    /GitHub refused the request \(Resource not accessible by integration\)$/,
    /^Add "issues: write" to the "permissions:" block of the workflow's job/,
  ],
  [
    "a fine-grained token",
    403,
    "Resource not accessible by personal access token",
    { "x-accepted-github-permissions": "issues=write; pull_requests=write" },
    /GitHub refused the request/,
    /^Give the fine-grained token the permission "issues: write" in its settings on GitHub$/,
  ],
  [
    "single sign-on",
    403,
    "Resource protected by organization SAML enforcement. You must grant your OAuth token access to this organization.",
    { "x-github-sso": "required; url=https://github.com/orgs/o/sso?authorization_request=AZ" },
    /the organization demands single sign-on, which the token has not passed/,
    /^Authorize the token for the organization at https:\/\/github\.com\/orgs\/o\/sso\?authorization_request=AZ$/,
  ],
  [
    "an archived repository",
    403,
    "Repository was archived so is read-only.",
    {},
    /the repository is archived, and GitHub takes no changes of it/,
    /"showtime cleanup --force"/,
  ],
  [
    "a suspended account",
    403,
    "Sorry. Your account was suspended.",
    {},
    /the account of the token is suspended/,
    /^Use the token of another account/,
  ],
  [
    "an IP allow list",
    403,
    "Although you appear to have the correct authorization credentials, the `o` organization has an IP allow list " +
    "enabled, and your IP address is not permitted to access this resource.",
    {},
    /the organization does not let this machine's address in/,
    /^Add the address to the organization's IP allow list/,
  ],
  [
    "a block for legal reasons",
    451,
    "Repository access blocked",
    {},
    /GitHub blocks access to the repository \(Repository access blocked\)$/,
    /only its owner and GitHub Support can change it$/,
  ],
];

for (const [title, status, message, headers, said, hint] of refusals) {
  Deno.test(`createLock() says what to do about ${title}`, async () => {
    const { forge, requests, slept } = script([json(status, { message }, headers)]);

    const error = await failure(forge.createLock(LOCK, NEVER));

    assert.match(error.message, said);
    assert.match(error.hint ?? "", hint);
    assert.equal(error.code, title === "an archived repository" ? "forge_archived" : "forge_refused");
    assert.equal(error.exitCode, 1);
    assert.equal(requests.length, 1);
    assert.deepEqual(slept, []);
  });
}

for (
  const [what, call, right] of [
    ["deletion of a definition", (forge: Forge) => forge.deleteDefinition("LA_1", NEVER), "issues: write"],
    [
      "batch",
      (forge: Forge) =>
        forge.write({ number: PR, nodeId: "PR_1" }, [{ kind: "delete_definition", nodeId: "LA_1" }], NEVER),
      "issues: write",
    ],
    ["reading", (forge: Forge) => forge.readPull(PR, { actor: undefined }, NEVER), "contents: read"],
    ["reading of a lock", (forge: Forge) => forge.readLock(LOCK.name, NEVER), "issues: read"],
  ] as const
) {
  Deno.test(`a refused ${what} names the permission "${right}" without a header that does`, async () => {
    const forbidden = [{
      type: "FORBIDDEN",
      path: ["m0"],
      message: "Resource not accessible by integration",
    }];
    for (
      const answer of [
        json(403, { message: "Resource not accessible by integration" }),
        ...(what === "reading of a lock" ? [] : [json(200, { data: null, errors: forbidden })]),
      ]
    ) {
      const error = await failure(call(script([answer]).forge));
      assert.equal(error.code, "forge_refused");
      assert.ok(error.hint?.startsWith(`Add "${right}"`), error.hint);
    }
  });
}

Deno.test("an archived repository is told from a missing right in GraphQL, whatever the type of its error", async () => {
  for (const type of ["FORBIDDEN", "UNPROCESSABLE", undefined]) {
    const errors = [{ type, message: "Repository was archived so is read-only.", path: ["m0"] }];
    const { forge } = script([json(200, { data: { m0: null }, errors })]);
    assert.equal((await failure(forge.deleteDefinition("LA_1", NEVER))).code, "forge_archived");
  }
});

for (
  const reason of [
    "UnknownIssuer",
    "NotValidForName",
    "certificate expired: verification time 1700000000 (UNIX)",
  ]
) {
  Deno.test(`a certificate that is not trusted (${reason}) is no reason to try again, and the hint says what is`, async () => {
    const thrown = new TypeError(
      `error sending request for url (https://github.example/): client error (Connect): invalid peer certificate: ${reason}`,
    );
    const fail = () => Promise.reject(thrown);
    for (
      const call of [
        (forge: Forge) => forge.createLock(LOCK, NEVER),
        (forge: Forge) => forge.deleteDefinition("LA_1", NEVER),
      ]
    ) {
      const { forge, requests, slept, waits } = script([fail]);

      const error = await failure(call(forge));

      assert.equal(error.code, "forge_untrusted");
      assert.match(error.message, /: the certificate of "github\.example" is not trusted \(/);
      assert.match(error.hint ?? "", /DENO_CERT.*DENO_TLS_CA_STORE=system/);
      assert.equal(requests.length, 1);
      assert.deepEqual([slept, waits], [[], []]);
    }
  });
}
