import assert from "node:assert/strict";
import { explainAnswer } from "../../../src/drivers/superset/explain_answer.ts";

const PASS = /^A login page stands before the server: let requests to \/api\/v1 and \/login pass it/;
const PAGE = "<!doctype html><title>Sign in</title>";

/** The error about an answer of the instance at an address. */
async function explain(response: Response, url = "https://bi.example.org") {
  const { status, headers } = response;
  const bytes = new Uint8Array(await response.arrayBuffer());
  return explainAnswer({ action: "Listing the charts", name: "qa", url }, { status, headers, bytes });
}

function to(location: string): Response {
  return new Response(null, { status: 302, headers: { location } });
}

const REDIRECTIONS: readonly (readonly [location: string, hint: RegExp])[] = [
  ["/login/?next=x", /^The server wants a login for this: check the account and assets\.instances\.qa\.url$/],
  ["/oauth2/sign_in?rd=x", PASS],
  ["https://sso.example.org/realms/x", PASS],
  ["https://id.example.org/oauth/authorize", PASS],
  ["https://login.example.org/", PASS],
  ["https://associates.example.org/superset/", /^Write the final address in/],
  ["https://bi.authors.example/", /^Write the final address in/],
  ["https://bi-new.example.org/api/v1/chart/", /^Write the final address in/],
];

for (const [location, hint] of REDIRECTIONS) {
  Deno.test(`a redirection to ${location} is explained by where it leads to`, async () => {
    const error = await explain(to(location));
    assert.equal(error.code, "superset_answer_unexpected");
    assert.match(error.message, /^Listing the charts at qa: the server leads on to https:\/\/\S+ \(302\)$/);
    assert.doesNotMatch(error.message, /next=|rd=/);
    assert.match(error.hint ?? "", hint);
  });
}

Deno.test("Superset's own login below a path prefix is no login page that stands before the server", async () => {
  const url = "https://bi.example.org/superset";
  assert.match((await explain(to("/superset/login/"), url)).hint ?? "", /^The server wants a login/);
  assert.match((await explain(to("/login/"), url)).hint ?? "", PASS);
});

Deno.test("a page in the place of a refusal is no answer of Superset, whose refusals are JSON", async () => {
  for (const status of [401, 403]) {
    const page = await explain(new Response(PAGE, { status }));
    assert.equal(page.code, "superset_answer_unexpected");
    assert.match(
      page.hint ?? "",
      /^It is not Superset that answers\. If a login page stands before it: let requests/,
    );
  }
  const refused = await explain(Response.json({ message: "Forbidden" }, { status: 403 }));
  assert.deepEqual([refused.code, refused.exitCode], ["superset_right_missing", 3]);
});
