/**
 * Figures of `showtime serve` as a process of its own, with its state on disk: intake of webhooks, the way from a webhook to
 * a claim, claims behind builds that no worker may take, and memory. Ours is dist/showtime, the executable, or else the
 * sources. `SHOWTIME_TEST_BINARY` names the executable.
 */

import { startPostgres } from "../tests/worlds/builds/postgres_server.ts";
import { programCommand, spawnShowtime } from "../tests/worlds/program/process.ts";
import { part } from "../tests/worlds/require.ts";

const CONNECTIONS = 64;
const INTAKE_MS = 8_000;
const UNSERVABLE = 20_000;
const QUEUED = 30_000;
const CLAIMS = 200;
const WAKES = 100;

/** Prints one line of the report: what, the figure, the budget. */
type Row = (line: { readonly name: string; readonly value: string; readonly budget?: string }) => void;

/** Measures the server on SQLite, and on PostgreSQL if it is installed. */
export async function benchServer(row: Row): Promise<void> {
  row({
    name: `server: ${programCommand().length === 1 ? "the executable" : "the sources"}`,
    value: loadNow(),
  });
  await benchStore(row, { store: "SQLite", claimBudget: "2 ms" });
  const postgres = await part("postgres");
  if (postgres.missing !== undefined) {
    row({ name: "server: PostgreSQL", value: "not measured", budget: postgres.missing });
    return;
  }
  await using server = await startPostgres();
  await benchStore(row, { store: "PostgreSQL", claimBudget: "5 ms", database: () => server.database() });
  row({ name: "  load of the machine at the end", value: loadNow() });
}

interface StoreBench {
  readonly store: string;
  readonly claimBudget: string;
  readonly database?: () => Promise<string>;
}

async function benchStore(row: Row, { store, claimBudget, database }: StoreBench): Promise<void> {
  {
    await using place = await makePlace(await database?.());
    await benchQueue(row, { store, claimBudget, place });
    await using serve = await startServe(place);
    row({
      name: `${store}: memory, started with ${QUEUED} queued`,
      value: megabytes(memoryOf(serve.pid)),
      budget: "150 MB",
    });
  }
  await using place = await makePlace(await database?.());
  await using serve = await startServe(place);
  const answers = await intake(serve, { forMs: INTAKE_MS, most: Infinity });
  const perSecond = Math.round(answers.length / INTAKE_MS * 1000);
  row({
    name: `${store}: intake, ${CONNECTIONS} connections`,
    value: `${perSecond}/s, ${spread(answers)}`,
    budget: "10,000/s, p99 25 ms",
  });
}

/** Measures what a server does while more and more builds wait. */
async function benchQueue(
  row: Row,
  { store, claimBudget, place }: Omit<StoreBench, "database"> & { readonly place: Place },
): Promise<void> {
  await using serve = await startServe(place);
  const idle = memoryOf(serve.pid);
  row({ name: `${store}: memory, idle`, value: megabytes(idle), budget: "120 MB" });
  const wakes = await timeWakes(serve);
  row({ name: `${store}: webhook to the claim's answer`, value: spread(wakes), budget: "20 ms" });
  await queueMany(serve, UNSERVABLE);
  const claims = await timeClaims(serve);
  row({ name: `${store}: claim behind ${UNSERVABLE}`, value: spread(claims), budget: claimBudget });
  await queueMany(serve, QUEUED - UNSERVABLE);
  row({
    name: `${store}: memory, ${QUEUED} queued`,
    value: megabytes(memoryOf(serve.pid)),
    budget: "150 MB",
  });
}

interface Serve extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
}

/** The folder that a server is started in, and its database; undefined for SQLite. */
interface Place extends AsyncDisposable {
  readonly folder: string;
  readonly database: string | undefined;
}

async function makePlace(database: string | undefined): Promise<Place> {
  const folder = await Deno.makeTempDir({ prefix: "showtime-bench-" });
  const entry = { repository: "/nowhere", ref: "main", exec: ["true"] };
  const pipelines = { web: entry, tagged: { ...entry, "worker-tags": ["nowhere"] } };
  await Deno.writeTextFile(`${folder}/pipelines.json`, JSON.stringify({ version: 1, pipelines }));
  return {
    folder,
    database,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

async function startServe({ folder, database }: Place): Promise<Serve> {
  const child = spawnShowtime(
    ["serve", "-f", "pipelines.json", "--port", "0", "--max-queued", "1000000"],
    { cwd: folder, env: database === undefined ? {} : { SHOWTIME_SERVER__DATABASE: database } },
  );
  const errors = child.stderr.pipeTo(new WritableStream());
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  while (!said.includes("\n")) said += (await reader.read()).value ?? "";
  return {
    pid: child.pid,
    port: Number(/:(\d+)/.exec(said)?.[1]),
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.status;
      await Promise.all([reader.cancel(), errors]);
    },
  };
}

/** Sends webhooks over connections that stay open, one at a time on each. Returns the milliseconds of each answer. */
async function intake(
  { port }: Serve,
  { forMs, most }: { readonly forMs: number; readonly most: number },
): Promise<readonly number[]> {
  const request = new TextEncoder().encode(
    "POST /webhook?pipeline=tagged HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n",
  );
  const times: number[] = [];
  const end = performance.now() + forMs;
  let sent = 0;
  await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    const buffer = new Uint8Array(4096);
    while (performance.now() < end && sent < most) {
      sent++;
      const start = performance.now();
      await connection.write(request);
      const read = await connection.read(buffer) ?? 0;
      const answer = new TextDecoder().decode(buffer.subarray(0, read));
      if (!answer.startsWith("HTTP/1.1 200")) throw new Error(`Measuring the intake: ${answer}`);
      times.push(performance.now() - start);
    }
  }));
  return times;
}

async function queueMany(serve: Serve, count: number): Promise<void> {
  await intake(serve, { forMs: Infinity, most: count });
}

async function post({ port }: Serve, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: "POST",
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`Asking the server: ${response.status} ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}

/** Times from a webhook to the answer of a claim that waits for it. */
async function timeWakes(serve: Serve): Promise<readonly number[]> {
  const times: number[] = [];
  for (let turn = 0; turn < WAKES; turn++) {
    const claimed = post(serve, "/api/v1/claim", { worker: "bench", tags: [] });
    // The claim waits at the server by then.
    await new Promise((resolve) => setTimeout(resolve, 30));
    const start = performance.now();
    const [, answer] = await Promise.all([post(serve, "/webhook?pipeline=web"), claimed]);
    times.push(performance.now() - start);
    // A build whose lease expires would wait again.
    const { build, attempt } = answer as { readonly build: string; readonly attempt: number };
    await post(serve, `/api/v1/builds/${build}/finish`, { attempt, outcome: "passed" });
  }
  return times;
}

/** Times of claims that find nothing, behind builds that need other tags. */
async function timeClaims(serve: Serve): Promise<readonly number[]> {
  const times: number[] = [];
  for (let turn = 0; turn < CLAIMS; turn++) {
    const start = performance.now();
    const claimed = await post(serve, "/api/v1/claim", { worker: "bench", tags: ["linux"], wait_ms: 0 });
    if (claimed !== undefined) throw new Error("Measuring claims: one found a build");
    times.push(performance.now() - start);
  }
  return times;
}

function memoryOf(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) * 1024;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

function spread(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (part: number) => (sorted[Math.floor(part * (sorted.length - 1))] ?? 0).toFixed(1);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`;
}

function loadNow(): string {
  return `load ${(Deno.loadavg()[0] ?? 0).toFixed(1)} on ${navigator.hardwareConcurrency} processors`;
}
