import assert from "node:assert/strict";
import { AppError } from "../../../src/lib/errors.ts";
import { fullSha, prNumber } from "../../../src/lib/ids.ts";
import { makeImages } from "../../../src/drivers/docker/mod.ts";
import { makeShell } from "../../../src/drivers/shell/mod.ts";
import type { RegistryLogin } from "../../../src/environments/ports/images.ts";
import type { Shell } from "../../../src/ports/shell.ts";
import { tryDocker } from "../../worlds/docker/images.ts";
import { startRegistry } from "../../worlds/docker/registry.ts";
import { part } from "../../worlds/require.ts";

const docker = await part("docker");
const registry = await part("registry");
const PASSWORD = "ecr-token-of-the-tests-J7x";
/** AWS with the password above, by bcrypt. */
const HTPASSWD = "AWS:$2b$05$Y7aDk1BvjBqdWIfv2/I8EelfzlsHNV11/3kgISuT001TtCZX02uvi\n";
const SHA = fullSha("0123456789abcdef0123456789abcdef01234567");

function never(): AbortSignal {
  return new AbortController().signal;
}

function registryTest(title: string, run: () => Promise<void>): void {
  (docker.missing === undefined ? registry : docker).test(title, run);
}

/** A shell that remembers all that can be seen from outside: arguments, variables, output. */
function watched(shell: Shell): { readonly shell: Shell; readonly seen: string[] } {
  const seen: string[] = [];
  return {
    seen,
    shell: {
      async run(command, signal) {
        seen.push(["docker", ...command.args].join(" "), ...Object.values(command.env ?? {}));
        const result = await shell.run(command, signal);
        seen.push(result.stdout, result.stderr);
        return result;
      },
    },
  };
}

interface Bench {
  readonly build: () => Promise<void>;
  readonly seen: readonly string[];
}

/** Builds an image for a registry, and pushes it there; docker's own folder is left alone. */
async function buildFor(
  host: string,
  login: ((registry: string) => RegistryLogin) | undefined,
  look: (bench: Bench) => Promise<void>,
): Promise<void> {
  const context = await Deno.makeTempDir({ prefix: "showtime-login-" });
  const folder = await Deno.makeTempDir({ prefix: "showtime-docker-" });
  const image = `${host}/team/app:pr-7-${SHA.slice(0, 7)}-ci`;
  try {
    await Deno.writeTextFile(`${context}/Dockerfile`, "FROM scratch\nCOPY Dockerfile /\n");
    const { shell, seen } = watched(makeShell());
    const images = makeImages({
      shell,
      config: {
        image: `${host}/team/app`,
        tag: "pr-{pr}-{sha}-ci",
        context,
        file: "Dockerfile",
        args: {},
        cacheFrom: [],
        cacheTo: [],
        timeoutMs: 60_000,
        push: "always",
      },
      platformIsLocal: false,
      ci: false,
      dockerLoad: false,
      env: { DOCKER_CONFIG: folder },
      login: login === undefined ? undefined : () => Promise.resolve(login(host)),
    });
    const request = { repo: "acme/app", pr: prNumber(7), sha: SHA, image, onLine: () => {} };
    await look({ build: () => images.build(request, never()), seen });
  } finally {
    await tryDocker(["image", "rm", image]);
    for (const each of [context, folder]) await Deno.remove(each, { recursive: true });
  }
}

/** The same with a real registry that wants a password. */
async function buildWith(
  login: ((registry: string) => RegistryLogin) | undefined,
  look: (bench: Bench & { readonly tags: () => Promise<unknown> }) => Promise<void>,
): Promise<void> {
  await using server = await startRegistry({ htpasswd: HTPASSWD });
  const tags = async () => {
    const authorization = `Basic ${btoa(`AWS:${PASSWORD}`)}`;
    const url = `http://${server.host}/v2/team/app/tags/list`;
    return (await (await fetch(url, { headers: { authorization } })).json()).tags;
  };
  await buildFor(server.host, login, (bench) => look({ ...bench, tags }));
}

registryTest("build() logs in by itself, pushes, and shows the password nowhere", async () => {
  const login = (host: string) => ({ registry: host, username: "AWS", password: PASSWORD });
  await buildWith(login, async ({ build, seen, tags }) => {
    await build();

    assert.deepEqual(await tags(), ["pr-7-0123456-ci"]);
    const logins = seen.filter((line) => line.startsWith("docker login "));
    assert.equal(logins.length, 1);
    assert.match(logins[0] ?? "", /^docker login --username AWS --password-stdin 127\.0\.0\.1:\d+$/);
    assert.deepEqual(seen.filter((text) => text.includes(PASSWORD)), []);
  });
});

registryTest("build() without a login is refused by a registry that wants one: permission", async () => {
  await buildWith(undefined, async ({ build, tags }) => {
    await assert.rejects(build(), (error) => {
      assert.ok(error instanceof AppError);
      assert.equal(error.code, "permission", error.message);
      assert.match(error.hint ?? "", /docker login/);
      return true;
    });
    assert.equal(await tags(), undefined);
  });
});

registryTest("build() with a wrong password ends before anything is built, with docker's words", async () => {
  const login = (host: string) => ({
    registry: host,
    username: "AWS",
    password: `not-${PASSWORD}`,
    hint: "Allow ecr:PutImage",
  });
  await buildWith(login, async ({ build, seen }) => {
    await assert.rejects(build(), (error) => {
      assert.ok(error instanceof AppError);
      assert.equal(error.code, "permission", error.message);
      assert.match(error.message, /^Logging in to the registry "127\.0\.0\.1:\d+": .*(401|unauthorized)/i);
      assert.equal(error.hint, "Allow ecr:PutImage");
      return true;
    });
    assert.deepEqual(seen.filter((text) => /^docker (buildx )?build /.test(text)), []);
    assert.deepEqual(seen.filter((text) => text.includes(PASSWORD)), []);
  });
});

registryTest("build() that has no login to give ends with the reason, before anything is built", async () => {
  const reason = new AppError("aws_credentials", "Logging in to ECR: there are no AWS credentials");
  const login = () => {
    throw reason;
  };
  await buildWith(login, async ({ build, seen }) => {
    await assert.rejects(build(), (error) => error === reason);
    assert.deepEqual(seen, []);
  });
});

docker.test("build() for a repository that is not in the registry says that it has to be created", async () => {
  const message = "The repository with name 'team/app' does not exist in the registry with id '123456789012'";
  const body = { errors: [{ code: "NAME_UNKNOWN", message }] };
  // Answers as ECR does: other registries make a repository with its first image.
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) =>
      new URL(request.url).pathname === "/v2/" ? Response.json({}) : Response.json(body, { status: 404 }),
  );
  try {
    await buildFor(`127.0.0.1:${server.addr.port}`, undefined, async ({ build }) => {
      await assert.rejects(build(), (error) => {
        assert.ok(error instanceof AppError);
        assert.equal(error.code, "build_failed");
        assert.match(error.message, /no such repository \(.*team\/app.*does not exist/);
        assert.match(error.hint ?? "", /^Create the repository/);
        return true;
      });
    });
  } finally {
    await server.shutdown();
  }
});
