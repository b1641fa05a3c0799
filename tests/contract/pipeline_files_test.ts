import assert from "node:assert/strict";
import { makePipelineFiles } from "../../src/drivers/system/mod.ts";
import { AppError } from "../../src/lib/errors.ts";

const NEVER = new AbortController().signal;

async function refusal(action: Promise<unknown>): Promise<AppError> {
  const error = await action.then(() => undefined, (thrown: unknown) => thrown);
  assert.ok(error instanceof AppError);
  assert.equal(error.exitCode, 2);
  return error;
}

function streamOf(...chunks: readonly Uint8Array<ArrayBuffer>[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  return ReadableStream.from(chunks);
}

Deno.test("a file is read at any path, and what cannot be read says why", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/a.yml`, "name: ä\n");
    await Deno.writeFile(`${folder}/latin.yml`, Uint8Array.of(0x6e, 0xe4, 0x0a));
    const files = makePipelineFiles();
    assert.equal(await files.readText(`${folder}/a.yml`, NEVER), "name: ä\n");
    const missing = await refusal(files.readText(`${folder}/nope.yml`, NEVER));
    assert.deepEqual([missing.code, missing.hint], ["file_missing", "Correct the path"]);
    assert.match((await refusal(files.readText(folder, NEVER))).message, /it is a folder/);
    assert.match(
      (await refusal(files.readText(`${folder}/latin.yml`, NEVER))).message,
      /it is not UTF-8 text/,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a pipe of the shell is read as a file, as in <(git diff --name-only)", async () => {
  const script = new URL("../worlds/program/read_text.ts", import.meta.url);
  const { stdout, stderr } = await new Deno.Command("bash", {
    args: [
      "-c",
      '"$1" run --quiet --no-prompt --allow-read "$2" <(echo a.ts) && echo b.ts | "$1" run --quiet --no-prompt --allow-read "$2" /dev/stdin',
      "bash",
      Deno.execPath(),
      script.href,
    ],
  }).output();
  assert.equal(new TextDecoder().decode(stdout), "a.ts\nb.ts\n", new TextDecoder().decode(stderr));
});

Deno.test("standard input is read to its end, also where a chunk ends within a character", async () => {
  const bytes = new TextEncoder().encode("name: ä\n");
  const files = makePipelineFiles(() => streamOf(bytes.slice(0, 7), bytes.slice(7)));
  assert.equal(await files.readText("-", NEVER), "name: ä\n");
  assert.equal(await makePipelineFiles(() => streamOf()).readText("-", NEVER), "");
});

Deno.test("standard input that is not UTF-8, or too large, is refused", async () => {
  const latin = makePipelineFiles(() => streamOf(Uint8Array.of(0xe4)));
  assert.match((await refusal(latin.readText("-", NEVER))).message, /standard input: it is not UTF-8 text/);
  const large = makePipelineFiles(() =>
    streamOf(...Array.from({ length: 17 }, () => new Uint8Array(1024 * 1024)))
  );
  assert.match(
    (await refusal(large.readText("-", NEVER))).message,
    /standard input: it has more than 16777216 bytes/,
  );
});

Deno.test("an interruption ends the wait for standard input", async () => {
  const control = new AbortController();
  let cancelled = false;
  const endless = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: () => new Promise(() => {}),
    cancel() {
      cancelled = true;
    },
  });
  const reading = makePipelineFiles(() => endless).readText("-", control.signal);
  control.abort(new Error("interrupted"));
  await assert.rejects(reading, /interrupted/);
  assert.ok(cancelled);
});

Deno.test({
  name: "an interruption ends the wait for a named pipe that no process writes to",
  // The system still holds the open of the reader when the test ends it.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/pipe.yml`;
    assert.ok((await new Deno.Command("mkfifo", { args: [path] }).output()).success);
    const control = new AbortController();
    const reading = makePipelineFiles().readText(path, control.signal);
    control.abort(new Error("interrupted"));
    await assert.rejects(reading, /interrupted/);
    // A writer lets the open of the reader go, so that no thread stays in it.
    const writer = new Deno.Command("timeout", { args: ["10", "sh", "-c", ': > "$0"', path] });
    await writer.output();
    await Deno.remove(folder, { recursive: true });
  },
});
