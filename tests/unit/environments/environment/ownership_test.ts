import { deepStrictEqual as equal, throws } from "node:assert/strict";
import {
  assertOurs,
  describeOwner,
  judgeOwner,
  type Ownership,
  readRepositoryId,
} from "../../../../src/environments/core/environment/ownership.ts";
import {
  assertImageOurs,
  readImageOwner,
  refusalOf,
} from "../../../../src/environments/core/environment/image_owner.ts";
import { AppError } from "../../../../src/lib/errors.ts";

const OWN = { repo: "acme/app", repoId: 7 };

Deno.test("judgeOwner() goes by the ids where both sides have one, whatever the names say", () => {
  equal(judgeOwner({ repo: "acme/old", repoId: 7 }, OWN), "own");
  equal(judgeOwner({ repo: undefined, repoId: 7 }, OWN), "own");
  equal(judgeOwner({ repo: "acme/app", repoId: 8 }, OWN), "other");
  equal(judgeOwner({ repo: "acme/app", repoId: 8 }, { ...OWN, formerRepos: ["acme/app"] }), "other");
});

Deno.test("judgeOwner() goes by the names where a side has no id, former names included, in any letter case", () => {
  equal(judgeOwner({ repo: "Acme/App", repoId: undefined }, OWN), "own");
  equal(judgeOwner({ repo: "acme/app", repoId: 8 }, { repo: "acme/app" }), "own");
  equal(judgeOwner({ repo: "acme/old", repoId: undefined }, OWN), "other");
  equal(judgeOwner({ repo: "acme/old", repoId: undefined }, { ...OWN, formerRepos: ["ACME/Old"] }), "own");
  equal(judgeOwner({ repo: undefined, repoId: 7 }, { repo: "acme/app" }), "other");
  equal(judgeOwner({ repo: undefined, repoId: undefined }, OWN), "unmarked");
});

Deno.test("readRepositoryId() takes a tag that is no id for another repository's, and an empty one for none", () => {
  equal([undefined, "", "7", "9007199254740991"].map(readRepositoryId), [
    undefined,
    undefined,
    7,
    9007199254740991,
  ]);
  for (const text of ["0", "-1", "07", "7.0", "7 ", "x", "9007199254740993", "99999999999999999999"]) {
    equal(judgeOwner({ repo: "acme/app", repoId: readRepositoryId(text) }, OWN), "other", text);
  }
});

Deno.test("assertOurs() refuses with exit code 3 and names the owner and the next step", () => {
  const thing: Ownership = {
    what: 'the container "pr-1-abc123f"',
    managed: true,
    legacy: false,
    repo: "acme/app",
    repoId: 7,
    epoch: 1,
    removal: "docker rm -f pr-1-abc123f",
  };
  const refusal = (change: Partial<Ownership>) => {
    try {
      assertOurs({ ...thing, ...change }, { ...OWN, epoch: 1, action: "Removing it" });
    } catch (error) {
      if (error instanceof AppError) return [error.code, error.exitCode, error.message, error.hint];
      throw error;
    }
    return undefined;
  };
  const byHand = "Remove it yourself if it may go: docker rm -f pr-1-abc123f";
  equal(refusal({}), undefined);
  equal(refusal({ repoId: 8 }), [
    "not_ours",
    3,
    'Removing it: the container "pr-1-abc123f" belongs to another repository of that name (id 8)',
    byHand,
  ]);
  equal(refusal({ repoId: 8, repo: "acme/other" })?.slice(2), [
    'Removing it: the container "pr-1-abc123f" belongs to acme/other',
    "Use --repo to work on that repository",
  ]);
  equal(refusal({ repoId: undefined, repo: undefined })?.slice(2), [
    'Removing it: the container "pr-1-abc123f" belongs to no known repository',
    byHand,
  ]);
  equal(refusal({ managed: false })?.slice(1), [
    3,
    'Removing it: the container "pr-1-abc123f" was not made by Showtime',
    byHand,
  ]);
  equal(refusal({ epoch: 2 })?.slice(0, 2), ["stale_epoch", 1]);
});

Deno.test("describeOwner() tells two repositories of one name apart by the id", () => {
  equal(describeOwner({ repo: "acme/app", repoId: 8 }, OWN), "another repository of that name (id 8)");
  equal(describeOwner({ repo: undefined, repoId: 8 }, OWN), "another repository (id 8)");
  equal(describeOwner({ repo: undefined, repoId: undefined }, OWN), "no known repository");
  equal(describeOwner({ repo: "acme/other", repoId: 8 }, OWN), "acme/other");
});

Deno.test("readImageOwner() reads labels of any shape leniently", () => {
  const nobody = { repo: undefined, repoId: undefined };
  equal([undefined, null, "x", [], {}, { showtime_repo: 5 }].map(readImageOwner), Array(6).fill(nobody));
  equal(readImageOwner({ showtime_repo_id: "7", showtime_repo: "" }), { repo: undefined, repoId: 7 });
});

Deno.test("refusalOf() takes an image without marks only under a tag of superset-showtime, or if it is in use", () => {
  const strict = "acme/app:pr-12-abc123f-ci";
  equal(refusalOf(strict, { marks: {}, owner: OWN }), undefined);
  for (
    const tag of ["pr-12-abc123f", "pr-12-ABC123F-ci", "pr-012-abc123f-ci", "preview-12-abc123f", "latest"]
  ) {
    equal(
      refusalOf(`acme/app:${tag}`, { marks: {}, owner: OWN }),
      "it carries no label that names its repository",
      tag,
    );
    equal(refusalOf(`acme/app:${tag}`, { marks: {}, owner: { ...OWN, inUse: true } }), undefined, tag);
  }
  equal(
    refusalOf(strict, { marks: { repoId: 8 }, owner: { ...OWN, inUse: true } }),
    "it belongs to another repository (id 8)",
  );
});

Deno.test("assertImageOurs() names the image, its owner, and what to do about one image name for two repositories", () => {
  const image = "acme/app:pr-12-abc123f-ci";
  throws(
    () =>
      assertImageOurs(image, { marks: { repo: "acme/b", repoId: 8 }, owner: OWN, action: "Taking a name" }),
    {
      code: "not_ours",
      exitCode: 3,
      message: `Taking a name: the image "${image}" is there, and it belongs to acme/b`,
      hint: "Give each repository a build.image of its own, or remove the image yourself if it may go",
    },
  );
});
