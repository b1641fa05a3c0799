/** The region of AWS, as the program finds it under its own permissions. No request leaves the machine. */
import assert from "node:assert/strict";
import { runShowtime } from "../../worlds/program/process.ts";

const FILE = `version: 1
platform: ecs
build: { image: registry.example/acme/app }
ecs:
  cluster: previews
  subnets: [subnet-1]
  security_groups: [sg-1]
  container: app
  log_group: /ecs/app
  execution_role: role
`;

async function inFolder(
  act: (
    run: (args: readonly string[], env?: Record<string, string>) => ReturnType<typeof runShowtime>,
    home: string,
  ) => Promise<void>,
): Promise<void> {
  const home = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${home}/showtime.yml`, FILE);
    const base = {
      HOME: home,
      GITHUB_TOKEN: "t",
      GITHUB_REPOSITORY: "acme/app",
      GITHUB_API_URL: "http://127.0.0.1:9",
    };
    await act((args, env = {}) => runShowtime(args, { cwd: home, env: { ...base, ...env } }), home);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

async function regionOf(done: Awaited<ReturnType<typeof runShowtime>>): Promise<readonly unknown[]> {
  assert.equal(done.code, 0, done.err);
  const settings: { key: string; value: unknown; source: string }[] = await JSON.parse(done.out).settings;
  const found = settings.find(({ key }) => key === "aws.region");
  return [found?.value, found?.source];
}

Deno.test("the region comes from the variables, then from the profile in ~/.aws/config", async () => {
  await inFolder(async (run, home) => {
    await Deno.mkdir(`${home}/.aws`);
    await Deno.writeTextFile(
      `${home}/.aws/config`,
      "[default]\nregion = eu-central-1\n[profile work]\nregion = eu-west-3\n",
    );
    const config = ["config", "--json"];
    assert.deepEqual(await regionOf(await run(config)), [
      "eu-central-1",
      `${home}/.aws/config, profile default`,
    ]);
    assert.deepEqual(await regionOf(await run(config, { AWS_PROFILE: "work" })), [
      "eu-west-3",
      `${home}/.aws/config, profile work`,
    ]);
    assert.deepEqual(await regionOf(await run(config, { AWS_DEFAULT_REGION: "ap-south-1" })), [
      "ap-south-1",
      "AWS_DEFAULT_REGION",
    ]);
  });
});

Deno.test("without a region a command on ECS ends with exit code 2, naming AWS_REGION and the files", async () => {
  await inFolder(async (run, home) => {
    const done = await run(["list", "--json"]);

    assert.equal(done.code, 2, done.out);
    const { error } = JSON.parse(done.out);
    assert.equal(error.code, "config_incomplete");
    assert.match(JSON.stringify(error), /AWS_REGION/);
    assert.match(JSON.stringify(error), new RegExp(`there is no ${home}/.aws/config`));
    assert.ok(!JSON.stringify(error).includes("us-west-2"));
  });
});
