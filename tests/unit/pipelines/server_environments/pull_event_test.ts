import assert from "node:assert/strict";
import { labelRole } from "../../../../src/environments/app/sync/label_role.ts";
import {
  mergeEvents,
  type PullEvent,
  readPullEvent,
} from "../../../../src/pipelines/core/server_environments/pull_event.ts";

const SHA = "a".repeat(40);
const OPTIONS = { repositories: ["acme/web"], serverUrl: "https://github.com", labelRole };

function payload(changed: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return {
    action: "synchronize",
    pull_request: {
      number: 7,
      state: "open",
      updated_at: "2026-01-01T00:00:00Z",
      head: { sha: SHA },
      base: { ref: "main" },
    },
    repository: { clone_url: "https://github.com/Acme/web.git" },
    sender: { login: "ann" },
    ...changed,
  };
}

function read(changed: Readonly<Record<string, unknown>> = {}, event = "pull_request") {
  return readPullEvent({ event, payload: payload(changed) }, OPTIONS);
}

Deno.test("readPullEvent() reads actor, head, base and time of an event", () => {
  assert.deepEqual(read(), {
    repository: "acme/web",
    event: {
      number: 7,
      action: "synchronize",
      sender: "ann",
      headSha: SHA,
      label: undefined,
      open: true,
      updatedAt: Date.UTC(2026, 0, 1),
      baseBranch: "main",
    },
  });
});

Deno.test("readPullEvent() counts six actions of pull requests, and labels by their names alone", () => {
  const counting = ["opened", "reopened", "synchronize", "closed"];
  for (const action of counting) assert.equal(read({ action })?.event.action, action);
  for (const action of ["edited", "assigned", "labeled", "unlabeled", "", undefined]) {
    assert.equal(read({ action }), undefined, String(action));
  }
  const byPeople = [
    "🎪 ⚡ showtime-trigger-start",
    "🎪 🛑 showtime-trigger-stop",
    "🎪 🔄 showtime-trigger-sync",
    "🎪 trigger-start",
    "🎪 🧊 showtime-freeze",
    "🎪 🔒 showtime-blocked",
    "🎪 conf-enable-DARK",
    "🎪 conf-disable-DARK",
    "🎪 ⌛ 3d",
  ];
  const byShowtime = [
    "🎪 abc123f 🚦 running",
    "🎪 🎯 abc123f",
    "🎪 🏗️ abc123f",
    "🎪 abc123f 📅 2024-01-15T14-30",
    "🎪 abc123f 🌐 52.1.2.3:8080",
    "🎪 abc123f ⌛ 24h",
    "🎪 abc123f 🤡 maxime",
    "🎪 lock pr-7",
    "🎪 showtime",
    "bug",
  ];
  for (const action of ["labeled", "unlabeled"]) {
    for (const name of byPeople) assert.equal(read({ action, label: { name } })?.event.label?.name, name);
    for (const name of byShowtime) assert.equal(read({ action, label: { name } }), undefined, name);
  }
});

Deno.test("readPullEvent() takes listed repositories of the server's GitHub, and nothing that is malformed", () => {
  const other = (clone_url: unknown) => read({ repository: { clone_url } });
  assert.equal(other("https://github.com/acme/other.git"), undefined);
  assert.equal(other("https://evil.example/acme/web.git"), undefined);
  assert.equal(other(undefined), undefined);
  assert.notEqual(other("git@github.com:acme/web.git"), undefined);
  assert.equal(read({}, "issues"), undefined);
  for (const number of [0, -1, 1.5, "7", null]) {
    assert.equal(read({ pull_request: { number } }), undefined, String(number));
  }
  for (const broken of [null, 1, "text", [], { action: "closed" }]) {
    assert.equal(readPullEvent({ event: "pull_request", payload: broken }, OPTIONS), undefined);
  }
});

const BASE: PullEvent = {
  number: 7,
  action: "labeled",
  sender: "ann",
  headSha: SHA,
  label: { name: "🎪 ⚡ showtime-trigger-start", role: "trigger" },
  open: true,
  updatedAt: 1,
  baseBranch: "main",
};
const SETTING: PullEvent = {
  ...BASE,
  sender: "bob",
  label: { name: "🎪 conf-enable-DARK", role: "setting" },
  updatedAt: 2,
};

Deno.test("mergeEvents() keeps the event that shows which commit a trigger was for, with the newer time", () => {
  assert.deepEqual(mergeEvents(BASE, SETTING), { ...BASE, updatedAt: 2 });
  const push: PullEvent = { ...BASE, action: "synchronize", label: undefined };
  assert.deepEqual(mergeEvents(push, SETTING), { ...push, updatedAt: 2 });
});

Deno.test("mergeEvents() takes the newer event otherwise", () => {
  assert.equal(mergeEvents(undefined, SETTING), SETTING);
  const pushed: PullEvent = { ...SETTING, headSha: "b".repeat(40) };
  assert.equal(mergeEvents(BASE, pushed), pushed, "a setting on a newer commit");
  const removed: PullEvent = { ...BASE, action: "unlabeled", updatedAt: 3 };
  assert.equal(mergeEvents(BASE, removed), removed, "the trigger is taken off");
  const closed: PullEvent = { ...BASE, action: "closed", label: undefined, open: false };
  assert.equal(mergeEvents(BASE, closed), closed);
  assert.equal(mergeEvents(SETTING, { ...SETTING, updatedAt: 3 }).updatedAt, 3);
});
