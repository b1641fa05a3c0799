import assert from "node:assert/strict";
import { chooseSetup, type Found, proposeSetup } from "../../src/cli/commands/general/ask_setup.ts";
import { loadConfig } from "../../src/config/mod.ts";
import { accessPolicy, completeAwsSettings, trustPolicy } from "../../src/environments/core/setup/mod.ts";
import { usageError } from "../../src/lib/errors.ts";
import type { Forge } from "../../src/environments/ports/forge.ts";
import type { Clone } from "../../src/ports/clone.ts";
import type { Terminal } from "../../src/ports/terminal.ts";
import { type CliResult, runCli } from "../worlds/program/cli.ts";
import { assertGolden } from "../worlds/golden.ts";

const SUM = "a".repeat(64);
const IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/previews";
const LISTENER =
  "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/shared/0123456789abcdef/fedcba9876543210";

interface Repository {
  /** By path. */
  readonly files?: Readonly<Record<string, string>>;
  /** The default branch that the clone noted, and that GitHub says. */
  readonly noted?: string | undefined;
  readonly onGithub?: string | undefined;
  /** The address of origin. */
  readonly remote?: string;
  /** The path of the working folder in its clone. */
  readonly prefix?: string;
  readonly sha256?: string | undefined;
  /** The release is not there. */
  readonly unreleased?: true;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs `init` in a repository in memory, and hands over the files that are there afterwards. */
async function init(
  args: readonly string[],
  repository: Repository = {},
): Promise<CliResult & { readonly files: ReadonlyMap<string, string> }> {
  const files = new Map(Object.entries(repository.files ?? { Dockerfile: "FROM node\nEXPOSE 3000\n" }));
  const result = await runCli(["init", ...args], {
    env: repository.env ?? {},
    wiring: () => ({
      files: () =>
        Promise.resolve({
          read: (path) => Promise.resolve(files.get(path)),
          write: (path, text) => Promise.resolve(void files.set(path, text)),
          append: () => Promise.reject(new Error("init appends to no file")),
        }),
      repository: () => Promise.resolve({ repo: "acme/shop", source: "git remote" }),
      place: () => Promise.resolve({ depth: 2, prefix: repository.prefix ?? "" }),
      clone: () =>
        Promise.resolve({
          remote: () =>
            Promise.resolve({ kind: "found", url: repository.remote ?? "git@github.com:Acme/shop.git" }),
          notedDefaultBranch: () => Promise.resolve("noted" in repository ? repository.noted : "main"),
        } as unknown as Clone),
      forge: () =>
        repository.onGithub === undefined
          ? Promise.reject(
            usageError("no_token", "Looking for a GitHub token: there is none", "Set GITHUB_TOKEN"),
          )
          : Promise.resolve({
            defaultBranch: () => Promise.resolve(repository.onGithub),
          } as unknown as Forge),
      releases: () =>
        Promise.resolve({
          find: () =>
            Promise.resolve({
              version: "1.2.3",
              url: "https://releases.example/download/v1.2.3",
              sha256: "sha256" in repository || repository.unreleased ? repository.sha256 : SUM,
              answers: repository.unreleased !== true,
            }),
        }),
    }),
  });
  return { ...result, files };
}

Deno.test("init writes the set-up for branches on ECS, and says what is left to do", async () => {
  const { code, out, err, files } = await init(["--image", IMAGE]);

  assert.equal(code, 0, err);
  assert.deepEqual([...files.keys()], [
    "Dockerfile",
    "showtime.yml",
    ".github/workflows/showtime.yml",
    ".github/workflows/showtime-cleanup.yml",
    "showtime-aws-policy.json",
    "showtime-aws-trust.json",
  ]);
  assertGolden("init/ecs.txt", out);
  assertGolden("init/ecs/showtime.yml", files.get("showtime.yml") ?? "");
  assertGolden("init/ecs/workflow.yml", files.get(".github/workflows/showtime.yml") ?? "");
  assertGolden("init/ecs/cleanup.yml", files.get(".github/workflows/showtime-cleanup.yml") ?? "");
  assert.match(err, /^Next: /);
});

Deno.test("init writes two stages for forks on Docker", async () => {
  const { code, out, files } = await init(["--platform", "docker", "--forks"]);

  assert.equal(code, 0);
  assertGolden("init/docker.txt", out);
  assertGolden("init/docker/showtime.yml", files.get("showtime.yml") ?? "");
  assertGolden("init/docker/request.yml", files.get(".github/workflows/showtime-request.yml") ?? "");
  assertGolden("init/docker/workflow.yml", files.get(".github/workflows/showtime.yml") ?? "");
});

Deno.test("init writes a configuration that is one, with what was asked for in it", async () => {
  for (
    const args of [["--image", IMAGE, "--cluster", "yes"], ["--platform", "docker", "--port", "4000"], []]
  ) {
    const { files } = await init(args);
    const text = files.get("showtime.yml") ?? "";
    const { config } = loadConfig({ file: { path: "showtime.yml", text }, env: {}, flags: {} });

    assert.equal(config.platform, args.includes("docker") ? "docker" : "ecs");
    assert.equal(config.environment.port, args.includes("4000") ? 4000 : 3000);
    if (args.includes("yes")) assert.equal(config.ecs.cluster, "yes");
    assert.equal(
      config.build.image,
      args.includes(IMAGE) ? IMAGE : args.length > 0 ? undefined : "ghcr.io/acme/shop",
    );
  }
});

Deno.test("init --dry-run shows every file and writes none", async () => {
  const { code, out, files } = await init(["--image", IMAGE, "--dry-run"]);

  assert.equal(code, 0);
  assert.deepEqual([...files.keys()], ["Dockerfile"]);
  assert.match(out, /^showtime\.yml +would be created$/m);
  assert.match(out, /^--- \.github\/workflows\/showtime\.yml$/m);
  assert.match(out, /^permissions: \{\}$/m);
});

Deno.test("init run again leaves everything as it is", async () => {
  const first = await init(["--image", IMAGE]);
  const again = await init([], { files: Object.fromEntries(first.files) });

  assert.equal(again.code, 0);
  assert.equal((again.out.match(/ unchanged$/gm) ?? []).length, 5);
  assert.deepEqual([...again.files], [...first.files]);
});

Deno.test("init takes what a showtime.yml says, and does not touch it", async () => {
  const settings = [
    "version: 1",
    "platform: ecs",
    `build: { image: ${IMAGE} }`,
    "ecs: { cluster: shared, execution_role: arn:aws:iam::123456789012:role/pull, log_group: /ecs/x }",
  ].join("\n");
  const { code, out, err, files } = await init(["--json"], { files: { "showtime.yml": settings } });

  assert.equal(code, 0);
  assert.equal(files.get("showtime.yml"), settings);
  assert.match(err, /showtime\.yml exists and stays as it is; --force overwrites/);
  const { aws } = JSON.parse(out);
  assert.match(JSON.stringify(aws.policy), /service\/shared\/pr-\*/);
  assert.match(JSON.stringify(aws.policy), /role\/pull"/);
  assert.match(JSON.stringify(aws.policy), /log-group:\/ecs\/x:/);
});

Deno.test("init overwrites a workflow only with --force, and writes nothing at all without", async () => {
  const files = { "showtime.yml": "version: 1\n", ".github/workflows/showtime.yml": "mine" };

  const refused = await init([], { files });
  assert.equal(refused.code, 1);
  assert.match(refused.err, /files with other contents exist: \.github\/workflows\/showtime\.yml/);
  assert.deepEqual(Object.fromEntries(refused.files), files);

  const shown = await init(["--dry-run"], { files });
  assert.equal(shown.code, 0);
  assert.match(shown.err, /exist and stay as they are/);

  const forced = await init(["--force"], { files });
  assert.equal(forced.code, 0);
  assert.match(forced.out, /^\.github\/workflows\/showtime\.yml +overwritten$/m);
  assert.match(forced.files.get(".github/workflows/showtime.yml") ?? "", /^name: Showtime$/m);
});

Deno.test("init --json gives files, policies and what is left to do as one document", async () => {
  const { out } = await init(["--image", IMAGE, "--forks", "--json"]);
  const document = JSON.parse(out);

  assert.deepEqual(Object.keys(document), [
    "dry_run",
    "repository",
    "platform",
    "forks",
    "files",
    "aws",
    "todo",
  ]);
  const page = await Deno.readTextFile(new URL("../../docs/json.md", import.meta.url));
  assert.ok(page.includes(`- \`init\`: ${Object.keys(document).map((key) => `\`${key}\``).join(" ")};`));
  assert.deepEqual(document.files.map(({ change }: { change: string }) => change), Array(6).fill("created"));
  assert.equal(document.aws.role, "arn:aws:iam::123456789012:role/showtime-shop");
  assert.equal(document.aws.trust_policy.Version, "2012-10-17");
  assert.ok(document.todo.length > 3);
  assert.equal(JSON.parse((await init(["--platform", "docker", "--json"])).out).aws, null);
});

Deno.test("init warns of what weakens a set-up", async () => {
  const unknown = await init([], { sha256: undefined });
  assert.match(unknown.err, /The checksum of release 1\.2\.3 could not be read/);
  assert.match(unknown.files.get(".github/workflows/showtime.yml") ?? "", /SHA256SUMS/);

  const left = await init(["--no-forks"], { files: { ".github/workflows/showtime-request.yml": "old" } });
  assert.match(left.err, /showtime-request\.yml belongs to the set-up for forks: remove it/);
  assert.match(left.err, /There is no Dockerfile here/);
});

Deno.test("init refuses what would end up wrong in a file", async () => {
  const wrong: readonly (readonly [readonly string[], string])[] = [
    [["--image", "acme/shop:latest"], "image_malformed"],
    [["--image", "acme/shop\nrun: id"], "image_malformed"],
    [["--cluster", "a/b"], "cluster_malformed"],
    [["--port", "0"], "port_malformed"],
    [["--port", "http"], "port_malformed"],
    [["--region", "Europe"], "region_malformed"],
    [["--default-branch", "a b"], "branch_malformed"],
    [["--default-branch", "-f"], "branch_malformed"],
    [["--default-branch", "a..b"], "branch_malformed"],
  ];
  for (const [args, reason] of wrong) {
    const { code, out, files } = await init([...args, "--json"]);
    assert.equal(code, 2, args.join(" "));
    assert.equal(JSON.parse(out).error.code, reason, args.join(" "));
    assert.equal(files.size, 1);
  }
});

Deno.test("init takes the default branch from the clone, then from GitHub, and guesses none", async () => {
  const branchIn = async (repository: Repository, args: readonly string[] = []) => {
    const { code, files, out } = await init(["--image", IMAGE, "--json", ...args], repository);
    const trust = files.get("showtime-aws-trust.json") ?? "";
    const branch = /refs\/heads\/([^"]+)"/.exec(trust)?.[1];
    return code === 0 ? branch : JSON.parse(out).error;
  };
  assert.equal(await branchIn({ noted: "trunk", onGithub: "other" }), "trunk");
  assert.equal(await branchIn({ noted: undefined, onGithub: "develop" }), "develop");
  const elsewhere = { remote: "git@github.com:me/shop.git", noted: "mine", onGithub: "theirs" };
  assert.equal(await branchIn(elsewhere), "theirs");
  assert.equal(await branchIn({ noted: undefined }, ["--default-branch", "release/1.x"]), "release/1.x");
  const { code, message, hint } = await branchIn({ noted: undefined });
  assert.equal(code, "default_branch_unknown");
  assert.match(
    message,
    /of acme\/shop: the clone has not noted it, and GitHub could not be asked \(Looking for/,
  );
  assert.match(hint, /--default-branch main, or .*git remote set-head origin --auto/);
  const refused = await init([], { noted: undefined });
  assert.deepEqual([refused.code, [...refused.files.keys()]], [2, ["Dockerfile"]]);
});

Deno.test("init takes no region that is not given, and says where one is missing", async () => {
  const regionIn = async (args: readonly string[], repository: Repository = {}) => {
    const { out, files } = await init(["--json", ...args], repository);
    const workflow = files.get(".github/workflows/showtime.yml") ?? "";
    const asked = JSON.parse(out).todo.some((each: string) => /your region of AWS for REGION/.test(each));
    return [/aws-region: (\S+)/.exec(workflow)?.[1], asked];
  };
  assert.deepEqual(await regionIn([]), ["REGION", true]);
  assert.deepEqual(await regionIn(["--region", "eu-west-3"]), ["eu-west-3", false]);
  assert.deepEqual(await regionIn([], { env: { AWS_DEFAULT_REGION: "eu-north-1" } }), ["eu-north-1", false]);
  assert.deepEqual(await regionIn(["--image", IMAGE]), ["eu-west-1", false]);
  const first = await init(["--region", "ap-south-1"]);
  assert.deepEqual(await regionIn([], { files: Object.fromEntries(first.files) }), ["ap-south-1", false]);
});

Deno.test("init writes workflows only at the top of the clone, and none beside a misnamed file", async () => {
  const below = await init(["--json"], { prefix: "services/web" });
  const { code, message, hint } = JSON.parse(below.out).error;
  assert.deepEqual([below.code, code, hint], [2, "not_at_top", "Run it there: cd ../.."]);
  assert.match(message, /this folder is services\/web of the clone/);
  for (const name of ["showtime.yaml", ".showtime.yml"]) {
    const misnamed = await init(["--json"], { files: { [name]: "version: 1\n" } });
    assert.deepEqual([misnamed.code, JSON.parse(misnamed.out).error.code], [2, "config_misnamed"]);
    assert.deepEqual([...misnamed.files.keys()], [name]);
  }
});

Deno.test("init names the files of the policies, and leaves those that a person has completed", async () => {
  const { out, files } = await init(["--image", "ghcr.io/acme/shop"]);
  assert.doesNotMatch(out, /"Version"|Statement/);
  assert.match(out, /In showtime-aws-policy\.json and showtime-aws-trust\.json: the same number for ACCOUNT/);
  assert.match(out, /with the trust policy in showtime-aws-trust\.json/);
  const completed = (files.get("showtime-aws-policy.json") ?? "").replaceAll("ACCOUNT", "123456789012");

  const again = await init([], {
    files: { ...Object.fromEntries(files), "showtime-aws-policy.json": completed },
  });
  assert.equal(again.code, 0);
  assert.equal(again.files.get("showtime-aws-policy.json"), completed);
  assert.match(again.err, /showtime-aws-policy\.json exists and stays as it is; --force overwrites/);
});

Deno.test("init --access-keys uses the keys of a user, and proposes them again", async () => {
  const { out, files } = await init(["--image", IMAGE, "--access-keys", "--json"]);
  const { aws, todo } = JSON.parse(out);
  assert.deepEqual([aws.role, aws.trust_policy, files.has("showtime-aws-trust.json")], [null, null, false]);
  assert.ok(todo.some((each: string) => /secrets AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY$/.test(each)));
  assert.ok(!todo.some((each: string) => /identity provider|SHOWTIME_AWS_ROLE/.test(each)));

  const again = await init(["--json"], { files: Object.fromEntries(files) });
  assert.ok(JSON.parse(again.out).files.every(({ change }: { change: string }) => change === "unchanged"));
  const role = await init(["--no-access-keys", "--force"], { files: Object.fromEntries(files) });
  assert.match(role.files.get(".github/workflows/showtime.yml") ?? "", /role-to-assume/);
});

Deno.test("init takes the first port of the Dockerfile, and says so if there are others", async () => {
  const dockerfile = "ARG PORT=3000\nFROM node AS base\nARG PORT\nEXPOSE ${PORT}/tcp 9090\nFROM base\n";
  const { err, files } = await init(["--platform", "docker"], { files: { Dockerfile: dockerfile } });
  assert.match(files.get("showtime.yml") ?? "", /^ {2}port: 3000$/m);
  assert.match(err, /^The Dockerfile exposes 3000 and 9090: 3000 is used, and --port names another$/m);
});

Deno.test("init writes the right to look up requests if showtime.yml needs it, and else not", async () => {
  const file = (environment: string) =>
    [
      "version: 1",
      "platform: ecs",
      `build: { image: ${IMAGE} }`,
      `ecs: { load_balancer: { listener: "${LISTENER}" } }`,
      `environment: { url: "https://pr-{pr}.preview.example.org"${environment} }`,
    ].join("\n");
  const rights = async (environment: string) => {
    const { code, out, err } = await init(["--json"], { files: { "showtime.yml": file(environment) } });
    assert.equal(code, 0, err);
    const statements: { Action: string | string[] }[] = JSON.parse(out).aws.policy.Statement;
    return statements.flatMap(({ Action }) => Action).filter((each) => each.startsWith("cloudwatch:"));
  };

  assert.deepEqual(await rights(", sleep: { after: 2h }"), ["cloudwatch:GetMetricData"]);
  assert.deepEqual(await rights(", ttl_from: traffic"), ["cloudwatch:GetMetricData"]);
  assert.deepEqual(await rights(', sleep: { at: "20:00-07:00 Europe/Berlin" }'), []);
  assert.deepEqual(await rights(", ttl_from: deployed"), []);
});

Deno.test("init takes the region and the cluster that variables name", async () => {
  const env = { AWS_REGION: "eu-north-1", ECS_CLUSTER: "theirs" };
  const { out } = await init(["--json"], { env });

  assert.match(
    JSON.stringify(JSON.parse(out).aws.policy),
    /arn:aws:ecs:eu-north-1:ACCOUNT:service\/theirs\/pr-\*/,
  );
});

Deno.test("init says where the release itself does not answer, and where only its checksum is missing", async () => {
  const gone = await init([], { unreleased: true });
  const bare = await init([], { sha256: undefined });

  assert.match(
    gone.err,
    /^warning: Release 1\.2\.3 does not answer at https:\/\/releases\.example\/download\/v1\.2\.3: the workflows cannot install it, and its checksum is not in them/m,
  );
  assert.doesNotMatch(gone.err, /could not be read/);
  assert.match(bare.err, /^warning: The checksum of release 1\.2\.3 could not be read/m);
  assert.doesNotMatch(bare.err, /does not answer/);
});

Deno.test("init on Docker says first that nobody else can open the links, unless the settings that stay say better", async () => {
  const settings = (publish: string) => `version: 1\nplatform: docker\ndocker: { publish: "${publish}" }\n`;
  const first = async (publish?: string) => {
    const files = publish === undefined ? {} : { "showtime.yml": settings(publish) };
    const { out } = await init(["--platform", "docker", "--json"], { files });
    return JSON.parse(out).todo[0];
  };

  for (const publish of [undefined, "127.0.0.1", "127.0.0.1:8000", "[::1]"]) {
    assert.match(
      await first(publish),
      /^In showtime\.yml: docker\.publish is \S+, so only the runner's machine/,
    );
  }
  assert.match(await first("10.0.0.5"), /^A runner of your own/);
});

const FOUND: Found = {
  repo: "Acme/Shop",
  config: undefined,
  exposedPorts: [3000],
  twoStages: false,
  accessKeys: false,
  region: undefined,
};

/** A person who answers in turn; each question is noted with its proposal. */
function answering(answers: readonly string[]) {
  const asked: string[] = [];
  const rest = [...answers];
  const terminal: Pick<Terminal, "choose" | "ask"> = {
    choose(question, { choices, initial }) {
      asked.push(`${question} [${initial}]`);
      const answer = rest.shift();
      return Promise.resolve(choices.find(({ value }) => value === answer)?.value);
    },
    ask(question, { initial, check }) {
      asked.push(`${question} [${initial}]`);
      const answer = rest.shift() ?? "";
      assert.equal(check(answer), undefined);
      return Promise.resolve(answer);
    },
  };
  return { asked, terminal };
}

const NONE = {
  platform: undefined,
  forks: undefined,
  image: undefined,
  port: undefined,
  accessKeys: undefined,
};

Deno.test("chooseSetup() asks each question once, and none that a flag has answered", async () => {
  const proposed = proposeSetup(FOUND);
  const ecs = answering(["ecs", "forks", "ghcr.io/acme/web", "keys"]);
  assert.deepEqual(await chooseSetup(ecs.terminal, NONE, { proposed, found: FOUND }), {
    platform: "ecs",
    forks: true,
    image: "ghcr.io/acme/web",
    port: 3000,
    accessKeys: true,
  });
  assert.deepEqual(ecs.asked, [
    "Where do environments run? [ecs]",
    "Which pull requests get environments? [branches]",
    "Which repository do images go to? ECR logs in by itself [ghcr.io/acme/shop]",
    "How do workflows log in to AWS? [role]",
  ]);

  const docker = answering(["docker", "branches", "5000"]);
  const chosen = await chooseSetup(docker.terminal, NONE, { proposed, found: FOUND });
  assert.deepEqual(chosen, {
    platform: "docker",
    forks: false,
    image: undefined,
    port: 5000,
    accessKeys: false,
  });
  assert.equal(docker.asked.at(-1), "Which port does the application listen on? [3000]");

  const silent = answering([]);
  await chooseSetup(silent.terminal, { ...NONE, platform: "docker", forks: false, port: 80 }, {
    proposed,
    found: FOUND,
  });
  assert.deepEqual(silent.asked, []);
});

/** A policy of the documentation. */
async function policyFile(name: string): Promise<unknown> {
  return JSON.parse(await Deno.readTextFile(new URL(`../../docs/policies/${name}.json`, import.meta.url)));
}

Deno.test("docs/policies holds the policies that init writes", async () => {
  const known = {
    region: "eu-west-1",
    cluster: "previews",
    container: "app",
    subnets: [],
    securityGroups: [],
    logGroup: undefined,
    executionRole: "arn:aws:iam::123456789012:role/previews-execution",
    taskRole: undefined,
  };
  const version = "2012-10-17";
  const all = accessPolicy(completeAwsSettings({ ...known, image: IMAGE })).Statement;
  const ecs = accessPolicy(completeAwsSettings({ ...known, image: undefined })).Statement;

  const hooks =
    accessPolicy(completeAwsSettings({ ...known, image: undefined, runsBeforeStop: true })).Statement;

  assert.deepEqual(await policyFile("hooks"), { Version: version, Statement: hooks.slice(ecs.length) });
  assert.deepEqual(await policyFile("ecs"), { Version: version, Statement: ecs });
  const listener =
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/previews/50dc6c495c0c9188/f2f7dc8efc522ab2";
  const balanced = accessPolicy(completeAwsSettings({ ...known, image: undefined, listener })).Statement;
  assert.deepEqual(await policyFile("load-balancer"), {
    Version: version,
    Statement: balanced.slice(ecs.length),
  });
  const traffic =
    accessPolicy(completeAwsSettings({ ...known, image: undefined, countsRequests: true })).Statement;
  assert.deepEqual(await policyFile("traffic"), { Version: version, Statement: traffic.slice(ecs.length) });
  assert.deepEqual(await policyFile("ecr"), { Version: version, Statement: all.slice(ecs.length) });
  const setup = {
    repo: "acme/shop",
    defaultBranch: "main",
    platform: "ecs" as const,
    forks: true,
    image: IMAGE,
    port: 8080,
    accessKeys: false,
    aws: undefined,
    release: { version: "1.2.3", url: "https://releases.example", sha256: undefined },
  };
  const place = completeAwsSettings({ ...known, image: IMAGE });
  assert.deepEqual(await policyFile("trust-forks"), trustPolicy(setup, place));
  assert.deepEqual(await policyFile("trust-branches"), trustPolicy({ ...setup, forks: false }, place));
});

Deno.test("init gives the workflows the right for statuses only if showtime.yml has them on, and keeps them on", async () => {
  const of = async (status: string, args: readonly string[]) => {
    const { files } = await init(["--platform", "docker", "--force", ...args], {
      files: { "showtime.yml": `version: 1\nplatform: docker\n${status}` },
    });
    return (name: string) => files.get(name) ?? "";
  };
  const [main, cleanup, request] = ["", "-cleanup", "-request"].map((name) =>
    `.github/workflows/showtime${name}.yml`
  ) as [
    string,
    string,
    string,
  ];
  const off = await of("", []);
  const on = await of("status: { enabled: true }\n", []);
  const required = await of("status: { enabled: true, required: true }\n", []);
  const forks = await of("status: { enabled: true, required: true }\n", ["--forks"]);

  const rights = (file: string) => file.split("\n").filter((line) => line.includes("statuses: write")).length;
  assert.deepEqual([off, on, required, forks].map((read) => [rights(read(main)), rights(read(cleanup))]), [
    [0, 0],
    [1, 1],
    [1, 1],
    [1, 1],
  ]);
  assert.equal(rights(forks(request)), 0);
  const opened = (file: string) => /types: \[opened, reopened, labeled,/.test(file);
  assert.deepEqual([on(main), required(main), forks(main), forks(request)].map(opened), [
    false,
    true,
    false,
    true,
  ]);
  assert.match(required("showtime.yml"), /^status:\n {2}enabled: true\n {2}required: true/m);
  assert.doesNotMatch(off("showtime.yml"), /status:/);
});
