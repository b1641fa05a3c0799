import { AppError } from "../../../lib/errors.ts";
import type { Engine } from "../engine.ts";
import { lastWords } from "../errors.ts";
import { LogOrder } from "./log_order.ts";
import { eitherSignal } from "../../../lib/either_signal.ts";

/**
 * Yields a container's log, line by line, until the container ends or `signal` aborts. The docker command
 * ends when the reader leaves, however that happens.
 */
export async function* followLogs(
  engine: Engine,
  options: { readonly id: string; readonly tail: number | undefined; readonly follow: boolean },
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  if (signal.aborted) return;
  const stop = new AbortController();
  const either = eitherSignal(signal, stop.signal);
  const lines: string[] = [];
  let wake = Promise.withResolvers<void>();
  let ended = false;
  const order = new LogOrder({ follows: options.follow });
  const args = [
    "logs",
    "--timestamps",
    ...(options.tail === undefined ? [] : ["--tail", String(options.tail)]),
  ];
  const running = engine.docker.run([...args, ...(options.follow ? ["--follow"] : []), options.id], {
    action: "Reading a log",
    timeoutMs: undefined,
    onLine(line) {
      lines.push(...order.take(line));
      wake.resolve();
    },
  }, either).finally(() => {
    lines.push(...order.rest());
    ended = true;
    wake.resolve();
  });
  // The result is awaited below; a rejection before that must not count as unhandled.
  running.catch(() => {});
  try {
    while (!either.aborted) {
      yield* lines.splice(0);
      if (ended && lines.length === 0) break;
      await wake.promise;
      wake = Promise.withResolvers<void>();
    }
    if (either.aborted) return;
    const result = await running;
    if (result.code !== 0) throw new AppError("engine_failed", `Reading a log: ${lastWords(result.stderr)}`);
  } finally {
    stop.abort();
    await running.catch(() => {});
  }
}
