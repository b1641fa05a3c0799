import assert from "node:assert/strict";
import fc from "fast-check";
import { fullSha, prNumber } from "../../../../src/lib/ids.ts";
import {
  awakeTags,
  decodeTagValue,
  DEPLOYED_TAGS,
  deployedTags,
  encodeTagValue,
  HOOK_TAG,
  identityTags,
  LISTENER_TAG,
  readDeployed,
  readSlept,
  SETTLED_TAG,
  SLEEP_TAG,
  SLEPT_TAG,
  WOKEN_TAG,
} from "../../../../src/drivers/ecs/tags.ts";
import type { DeploySpec } from "../../../../src/environments/ports/platform.ts";

/** What a tag's value may hold, as ECS documents it, for the letters of ASCII. */
const ALLOWED = /^[A-Za-z0-9 _.:/=+\-@]{0,256}$/;
const SPEC: DeploySpec = {
  repo: "acme/app",
  pr: prNumber(7),
  sha: fullSha("abcdef0123456789abcdef0123456789abcdef01"),
  image: "acme/app:x",
  settings: { size: "standard", flags: { ALERTS: true, TAGS: false }, login: "admin/admin" },
  requestedBy: "dependabot[bot]",
  createdAt: 1_700_000_000_999,
  expiresAt: 1_700_086_400_000,
  epoch: 42,
};

Deno.test("encodeTagValue() fits any text into a tag, and decodeTagValue() reads it back", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme", maxLength: 20 }), (text) => {
    const value = encodeTagValue(text);

    assert.match(value, ALLOWED);
    assert.equal(decodeTagValue(value), text);
  }));
  assert.equal(encodeTagValue("ana"), "ana");
  assert.equal(decodeTagValue(encodeTagValue("dependabot[bot]")), "dependabot[bot]");
});

Deno.test("encodeTagValue() cuts what is too long between characters", () => {
  const value = encodeTagValue("ü".repeat(100));

  assert.match(value, ALLOWED);
  assert.equal(decodeTagValue(value), "ü".repeat(42));
});

Deno.test("decodeTagValue() leaves another tool's text as it is", () => {
  for (const text of ["a=b", "x=ZZ", "=", "=FF", "plain"]) assert.equal(decodeTagValue(text), text);
});

Deno.test("deployedTags() and identityTags() hold only what AWS takes, and name what was deployed", () => {
  const tags = { ...identityTags(SPEC), ...deployedTags(SPEC) };

  for (const [key, value] of Object.entries(tags)) assert.match(value, ALLOWED, key);
  assert.deepEqual(tags, {
    showtime_managed: "true",
    pr: "7",
    sha: SPEC.sha,
    showtime_epoch: "42",
    showtime_repo: "acme/app",
    showtime_created: "1700000000",
    showtime_expires: "1700086400",
    github_user: "dependabot=5Bbot=5D",
    showtime_size: "standard",
    showtime_image: "acme/app:x",
    showtime_login: "admin/admin",
    showtime_flags: "ALERTS+ TAGS-",
  });
});

Deno.test("readDeployed() reads back any settings that deployedTags() wrote, over those of an earlier deployment", () => {
  const flagNames = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,36}$/);
  const settings = fc.record({
    size: fc.constantFrom("standard", "large", "sehr groß"),
    login: fc.option(fc.constantFrom("admin/admin", "a b/c{d}"), { nil: undefined }),
    flags: fc.dictionary(flagNames, fc.boolean(), { maxKeys: 25 }),
  });
  fc.assert(fc.property(settings, settings, (before, after) => {
    const earlier = deployedTags({ ...SPEC, settings: before });
    const later = deployedTags({ ...SPEC, settings: after });
    // A tag that is not written again stays, as the login of a configuration that has none any more.
    const login = after.login ?? before.login;

    const read = readDeployed({ ...earlier, ...later });

    assert.deepEqual({ ...read.flags }, { ...after.flags });
    assert.deepEqual([read.size, read.login], [after.size, login]);
    for (const value of Object.values(later)) assert.match(value, ALLOWED);
  }));
});

Deno.test("deployedTags() has room for all flags that labels and a body can ask for, below what AWS takes", () => {
  const name = (index: number, length: number) => `F${String(index).padStart(3, "0")}`.padEnd(length, "X");
  const flags = Object.fromEntries([
    ...Array.from({ length: 50 }, (_, index) => [name(index, 61), true] as const),
    ...Array.from({ length: 94 }, (_, index) => [name(100 + index, 37), false] as const),
  ]);
  const settings = { ...SPEC.settings, flags };
  const tags = { ...identityTags(SPEC), ...deployedTags({ ...SPEC, settings }) };

  assert.deepEqual({ ...readDeployed(tags).flags }, flags);
  assert.ok(Object.keys(tags).length < 50, `${Object.keys(tags).length} tags`);
});

Deno.test("a service has at most the 50 tags that AWS takes, whatever became of it", () => {
  const identity = identityTags({ ...SPEC, repoId: 4711 });
  const later = [SETTLED_TAG, LISTENER_TAG, HOOK_TAG, SLEEP_TAG, WOKEN_TAG, SLEPT_TAG];
  const all = new Set([...Object.keys(identity), ...DEPLOYED_TAGS, ...later]);
  assert.ok(all.size <= 50, `${all.size} tags`);
});

Deno.test("awakeTags() adds each sleep to those before, once", () => {
  const HOUR = 3_600_000;
  const born = { showtime_created: "3600" };
  const asleep = { ...born, showtime_asleep: "schedule:7200" };
  const woken = { ...asleep, ...awakeTags(asleep, { at: 5 * HOUR }) };
  assert.deepEqual(woken, { ...born, showtime_asleep: "", showtime_slept: "10800" });
  assert.deepEqual({ ...woken, ...awakeTags(woken, { at: 9 * HOUR }) }, woken, "it is awake already");

  const again = { ...woken, showtime_asleep: `person:${10 * 3600}` };
  const twice = { ...again, ...awakeTags(again, { at: 12 * HOUR, createdAt: HOUR + 999 }) };
  assert.equal(readSlept(twice), 5 * HOUR);
  const anew = { ...again, ...awakeTags(again, { at: 12 * HOUR, createdAt: 12 * HOUR }) };
  assert.equal(readSlept(anew), 0, "its life counts anew");
  assert.deepEqual(awakeTags(born, { at: HOUR }), {}, "it has never slept");
  assert.equal(readSlept({ showtime_slept: "soon" }), 0);
});
