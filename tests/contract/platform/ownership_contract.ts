/**
 * What every platform must do about the owner of an environment, as one suite: GitHub's numeric id decides where both sides
 * have one, and the names decide otherwise.
 */
import assert from "node:assert/strict";
import { formatServiceName } from "../../../src/environments/core/environment/names.ts";
import type { RepositoryIdentity } from "../../../src/environments/core/environment/ownership.ts";
import { fullSha, type PrNumber, shortSha } from "../../../src/lib/ids.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { keyOfService } from "../../worlds/key_of_service.ts";
import type { PlatformContractOptions, PlatformHarness } from "../platform_contract.ts";

const SHA = fullSha("a1b2c3d4e5f60718293a4b5c6d7e8f9012345678");

function never(): AbortSignal {
  return new AbortController().signal;
}

function isRefusal(error: unknown): boolean {
  assert.ok(error instanceof AppError, String(error));
  assert.deepEqual([error.code, error.exitCode], ["not_ours", 3]);
  return true;
}

/** Registers the suite for one platform. */
export function ownershipContract(options: PlatformContractOptions): void {
  const scenario = (title: string, run: (harness: PlatformHarness, pr: PrNumber) => Promise<void>) => {
    options.test(`${options.name}: ${title}`, async () => {
      const harness = await options.make();
      try {
        await run(harness, harness.freshPr());
      } finally {
        await harness.dispose();
      }
    });
  };

  const deploy = (harness: PlatformHarness, owner: RepositoryIdentity & { pr: PrNumber }) =>
    harness.platform.deploy(
      {
        ...owner,
        sha: SHA,
        image: harness.image,
        settings: { size: "standard", flags: {}, login: undefined },
        requestedBy: undefined,
        createdAt: Date.UTC(2026, 0, 15),
        expiresAt: undefined,
        epoch: 100,
      },
      { onProgress: () => {} },
      never(),
    );

  const listed = async (harness: PlatformHarness, owner: RepositoryIdentity & { pr: PrNumber }) =>
    (await harness.platform.list(owner, never())).map(({ repo, repoId }) => [repo, repoId]);

  scenario(
    "an environment stays its repository's after a rename, for the id is the same",
    async (harness, pr) => {
      const key = keyOfService(formatServiceName(pr, shortSha(SHA)));
      await deploy(harness, { repo: harness.repo, repoId: 7, pr });
      const renamed = { repo: "acme/renamed", repoId: 7, pr };

      assert.deepEqual(await listed(harness, renamed), [[harness.repo, 7]]);
      await deploy(harness, renamed);
      await harness.platform.settle(key, { ...renamed, epoch: 100 }, never());
      await harness.platform.destroy(key, { ...renamed, epoch: 100 }, never());

      assert.equal(await harness.isThere(formatServiceName(pr, shortSha(SHA))), false);
    },
  );

  for (
    const [title, other] of [
      ["of another id under the same name", (repo: string) => ({ repo, repoId: 8 })],
      ["of another id that claims the name as a former one", (repo: string) => ({
        repo: "acme/other",
        repoId: 8,
        formerRepos: [repo],
      })],
      ["of another name that GitHub gave no id", () => ({ repo: "acme/other" })],
    ] as const
  ) {
    scenario(`an environment is refused to a repository ${title}`, async (harness, pr) => {
      const service = formatServiceName(pr, shortSha(SHA));
      const owner = { ...other(harness.repo), epoch: 100 };
      await deploy(harness, { repo: harness.repo, repoId: 7, pr });
      const before = await harness.parts(service);

      assert.deepEqual(await listed(harness, { ...owner, pr }), []);
      await assert.rejects(harness.platform.destroy(keyOfService(service), owner, never()), isRefusal);
      await assert.rejects(harness.platform.settle(keyOfService(service), owner, never()), isRefusal);
      await assert.rejects(deploy(harness, { ...owner, pr }), isRefusal);

      assert.deepEqual(await harness.parts(service), before);
      assert.ok(before.length > 0);
    });
  }

  scenario(
    "an environment without an id belongs to the repository that GitHub redirects its name to",
    async (harness, pr) => {
      const service = formatServiceName(pr, shortSha(SHA));
      await deploy(harness, { repo: harness.repo, pr });
      const renamed = { repo: "acme/renamed", repoId: 7, pr };

      assert.deepEqual(await listed(harness, renamed), []);
      assert.deepEqual(await listed(harness, { ...renamed, formerRepos: [harness.repo.toUpperCase()] }), [[
        harness.repo,
        undefined,
      ]]);
      await harness.platform.destroy(
        keyOfService(service),
        { ...renamed, formerRepos: [harness.repo], epoch: 100 },
        never(),
      );

      assert.equal(await harness.isThere(service), false);
    },
  );
}
