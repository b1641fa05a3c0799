import { findBusybox } from "../require.ts";

/**
 * A web server in an image of 2 MB, whose behaviour feature flags choose at run time (as `FEATURE_<NAME>=on`):
 *
 *     (none)   answers 200 at /health, and shows a variable at /cgi-bin/env?NAME; NAME=QUIT makes it unhealthy
 *     EXIT     says so and ends with exit code 3
 *     NEVER    runs, but answers 404 everywhere
 *     MEMORY   takes memory until it is ended
 *     SLOW     takes two seconds to start
 *     TELL     says first what its variables SECRET, APP_SECRET and STORE are
 */
const START = `#!/bin/sh
if [ "$FEATURE_TELL" = on ]; then echo "my secret: $SECRET$APP_SECRET."; echo "my store: $STORE."; fi
if [ "$FEATURE_EXIT" = on ]; then echo "giving up: no database"; exit 3; fi
if [ "$FEATURE_MEMORY" = on ]; then x=0123456789; while :; do x=$x$x; done; fi
if [ "$FEATURE_NEVER" = on ]; then rm /www/health; fi
if [ "$FEATURE_SLOW" = on ]; then sleep 2; fi
echo "listening on 8080"
exec httpd -f -p 8080 -h /www
`;
const SHOW_ENV = `#!/bin/sh
printf 'Content-Type: text/plain\\r\\n\\r\\n'
if [ "$QUERY_STRING" = QUIT ]; then rm -f /www/health; fi
env | sed -n "s/^$QUERY_STRING=//p"
`;
const DOCKERFILE = `FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
COPY www /www
COPY start /start
ARG NOTE=none
LABEL note=$NOTE
ENV PATH=/bin
CMD ["/start"]
`;

/** Writes the build context of the test image into a new temporary folder, and returns its path. */
export async function writeTestContext(options: { readonly dockerfile?: string } = {}): Promise<string> {
  const busybox = await findBusybox();
  if (busybox === undefined) {
    throw new Error("Writing a test image: no statically linked busybox is installed");
  }
  const folder = await Deno.makeTempDir({ prefix: "showtime-image-" });
  await Deno.mkdir(`${folder}/www/cgi-bin`, { recursive: true });
  await Deno.copyFile(busybox, `${folder}/busybox`);
  await Deno.writeTextFile(`${folder}/www/health`, "ok\n");
  await Deno.writeTextFile(`${folder}/www/cgi-bin/env`, SHOW_ENV, { mode: 0o755 });
  await Deno.writeTextFile(`${folder}/start`, START, { mode: 0o755 });
  await Deno.writeTextFile(`${folder}/Dockerfile`, options.dockerfile ?? DOCKERFILE);
  for (const file of ["busybox", "start", "www/cgi-bin/env"]) await Deno.chmod(`${folder}/${file}`, 0o755);
  return folder;
}

/** Builds the test image under that tag. `note` makes images that differ. */
export async function buildTestImage(image: string, options: { readonly note?: string } = {}): Promise<void> {
  const folder = await writeTestContext();
  try {
    await runDocker([
      "build",
      "--quiet",
      "--tag",
      image,
      "--build-arg",
      `NOTE=${options.note ?? "none"}`,
      folder,
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs docker to its end and returns what it printed; fails with what it said. */
export async function runDocker(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await tryDocker(args);
  if (code !== 0) throw new Error(`Running docker ${args[0]}: ${stderr}`);
  return stdout;
}

/** Runs docker to its end, whatever comes of it. */
export async function tryDocker(
  args: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const output = await new Deno.Command("docker", { args: [...args], stdout: "piped", stderr: "piped" })
    .output();
  const decoder = new TextDecoder();
  return {
    code: output.code,
    stdout: decoder.decode(output.stdout).trim(),
    stderr: decoder.decode(output.stderr).trim(),
  };
}

/** The processes of all containers whose command line holds a text. */
export async function processesInContainers(text: string): Promise<readonly string[]> {
  const ids = (await runDocker(["ps", "--quiet"])).split("\n").filter((id) => id !== "");
  const tops = await Promise.all(ids.map((id) => tryDocker(["top", id, "-eo", "pid,args"])));
  return tops.flatMap(({ stdout }) => stdout.split("\n")).filter((line) => line.includes(text));
}
