/** Mail through a real SMTP server, and signed webhooks. */

import assert from "node:assert/strict";
import { verify } from "@octokit/webhooks-methods";
import {
  ask,
  logOf,
  makeServerPlace,
  type RunningServe,
  trigger,
  until,
  untilBuild,
} from "../../worlds/builds/server_place.ts";
import { type ReceivedMail, type SmtpServer, startSmtp } from "../../worlds/builds/smtp_server.ts";

const BODY = "$STATUS <b>: $REASON ${URL} $NOPE";
const mail = (subject: string) => ({
  email: { to: "Team <team@example.org>, ada@example.org", subject, body: BODY },
});
const NEWS = {
  onSuccess: mail("ok $PIPELINE_NAME"),
  onFailure: mail("broken $PIPELINE_NAME: $REASON"),
  onFixed: mail("fixed $PIPELINE_NAME"),
};

function settings(smtp: { readonly port: number }): Record<string, string> {
  return {
    SHOWTIME_SERVER__SMTP_URL: `smtp://127.0.0.1:${smtp.port}`,
    SHOWTIME_SERVER__MAIL_FROM: "Builds <ci@example.org>",
  };
}

/** Waits for the mail with a subject that begins so. */
async function mailAbout({ mails }: SmtpServer, subject: string): Promise<ReceivedMail> {
  const find = () =>
    mails.find(({ headers }) => headers.some((each) => each.startsWith(`Subject: ${subject}`)));
  await until(`mail "${subject}"`, () => find() !== undefined);
  return find() as ReceivedMail;
}

/** Claims the next build in the name of a worker that can do anything. */
async function claimNext(serve: RunningServe): Promise<{ readonly build: string; readonly attempt: number }> {
  const { status, body } = await ask(serve, "POST /api/v1/claim", {
    body: { worker: "hand", tags: ["hand"] },
  });
  assert.equal(status, 200);
  return body;
}

Deno.test("mail: success, failure, what was fixed, a repository that is missing, and a build that is lost", async () => {
  await using smtp = await startSmtp();
  await using place = await makeServerPlace({
    web: { exec: ["sh", "-c", "cat ok"], notifications: NEWS },
    gone: { repository: "/no/such/repository", exec: ["true"], notifications: NEWS },
    lost: { exec: ["true"], "worker-tags": ["hand"], retries: { lost: 0 }, notifications: NEWS },
  }, settings(smtp));
  const serve = await place.serve(["--public-url", "https://ci.example.org/"]);
  const lost = await trigger(serve, "lost");
  assert.equal((await claimNext(serve)).build, lost);
  await place.worker(serve);

  const failed = await trigger(serve, "web");
  await untilBuild(serve, failed, "failed");
  const broken = await mailAbout(smtp, "broken web");
  await place.commit("ok", "fine\n");
  const fixed = await trigger(serve, "web");
  await untilBuild(serve, fixed, "passed");
  await mailAbout(smtp, "fixed web");
  await mailAbout(smtp, "ok web");
  const gone = await trigger(serve, "gone");
  await untilBuild(serve, gone, "failed");
  const clone = await mailAbout(smtp, "broken gone: Checking out");
  await untilBuild(serve, lost, "lost");
  await mailAbout(smtp, "broken lost: The worker hand went away");

  assert.deepEqual([broken.from, broken.to], ["ci@example.org", ["team@example.org", "ada@example.org"]]);
  assert.ok(broken.headers.includes("From: Builds <ci@example.org>"), broken.headers.join("\n"));
  assert.ok(
    broken.headers.includes("To: Team <team@example.org>, ada@example.org"),
    broken.headers.join("\n"),
  );
  assert.match(broken.text, /multipart\/alternative/);
  assert.match(broken.text, new RegExp(`failed <b>: .*https://ci\\.example\\.org/builds/${failed} \\$NOPE`));
  assert.match(clone.text, /does not appear to be a git repository/);
  await until("five mails", () => smtp.mails.length === 5);
});

Deno.test("mail: what a worker says begins no header and no tag, and an address stays an address", async () => {
  await using smtp = await startSmtp();
  await using place = await makeServerPlace({
    web: { exec: ["true"], "worker-tags": ["hand"], notifications: NEWS },
  }, settings(smtp));
  const serve = await place.serve();
  await trigger(serve, "web");
  const { build, attempt } = await claimNext(serve);
  const reason = "bad\r\nBcc: victim@example.org\r\n\r\n<script>alert(1)</script>";

  const ended = await ask(serve, `POST /api/v1/builds/${build}/finish`, {
    body: { attempt, outcome: "failed", reason, exit_code: 1 },
  });

  assert.equal(ended.status, 200);
  const { to, headers, text } = await mailAbout(smtp, "broken web: bad Bcc: victim@example.org");
  assert.deepEqual(to, ["team@example.org", "ada@example.org"]);
  assert.ok(!headers.some((each) => /^bcc:/i.test(each)), headers.join("\n"));
  const html = text.slice(text.indexOf("text/html"));
  assert.ok(html.includes("&lt;script&gt;") && !html.includes("<script>"), html);
});

Deno.test("a mail server that is down: three tries, a warning, and the build stays as it is", async () => {
  const smtp = await startSmtp();
  const { port } = smtp;
  await smtp[Symbol.asyncDispose]();
  await using place = await makeServerPlace(
    { web: { exec: ["true"], notifications: NEWS } },
    settings({ port }),
  );
  const serve = await place.serve();
  await place.worker(serve);
  const id = await trigger(serve, "web");
  await untilBuild(serve, id, "passed");

  await serve.err.until("3 tries failed");

  assert.match(serve.err.text, new RegExp(`build ${id}: Sending mail by 127\\.0\\.0\\.1:${port}: `));
  assert.equal((await untilBuild(serve, id, "passed")).reason, null);
  assert.equal(await logOf(serve, id), "");
});

Deno.test("a webhook is signed over its body, and a cancelled build is no news", async () => {
  const received: { readonly signature: string; readonly body: string }[] = [];
  const receiver = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    received.push({
      signature: request.headers.get("x-showtime-signature-256") ?? "",
      body: await request.text(),
    });
    return new Response(null, { status: received.length === 1 ? 503 : 204 });
  });
  const webhook = `http://127.0.0.1:${receiver.addr.port}/news`;
  await using place = await makeServerPlace({
    web: { exec: ["true"], notifications: { onSuccess: { webhook }, onFailure: { webhook } } },
    waiting: { exec: ["true"], "worker-tags": ["none"], notifications: { onFailure: { webhook } } },
  }, { SHOWTIME_SERVER__WEBHOOK_KEY: "the key" });
  const serve = await place.serve();
  await place.worker(serve);
  const waiting = await trigger(serve, "waiting");
  await place.run(serve, ["build", "cancel", waiting]);
  const id = await trigger(serve, "web");
  const { trace_id, sha } = await untilBuild(serve, id, "passed");

  await until("it was sent again after a 503", () => received.length === 2);

  for (const { body, signature } of received) {
    assert.ok(await verify("the key", body, signature));
    const { occasion, pipeline, build, state, trace_id: trace, sha: commit } = JSON.parse(body);
    assert.deepEqual([occasion, pipeline, build, state, trace, commit], [
      "onSuccess",
      "web",
      id,
      "passed",
      trace_id,
      sha,
    ]);
  }
  await receiver.shutdown();
});
