/**
 * A writer that is killed at one of its operations on files: `dying_writer.ts '{…, "dieAt": 3, "moment": "half"}'`. It
 * prints how many operations there were, if it lives to its end.
 */

import { startWriter, write, type WriterOrder } from "./writer.ts";

/** When the process dies: before an operation, after it, or when half of a text is written. */
export type Moment = "before" | "half" | "after";

/** The work, and the number of the operation at which the process dies; 0 lets it live. */
export interface DyingOrder extends WriterOrder {
  readonly dieAt: number;
  readonly moment: Moment;
}

/** Starts the process. */
export function startDyingWriter(order: DyingOrder): Deno.ChildProcess {
  return startWriter(order, import.meta.url);
}

function die(): never {
  Deno.kill(Deno.pid, "SIGKILL");
  throw new Error("Dying: this process is still there");
}

/** Counts each call of a function, and dies at one of them. */
function countCalls(order: DyingOrder): { readonly count: number } {
  const calls = { count: 0 };
  function patch(owner: object, name: string): void {
    const original: unknown = Reflect.get(owner, name);
    if (typeof original !== "function") throw new Error(`Patching ${name}: it is no function`);
    Reflect.set(owner, name, function (this: unknown, ...args: unknown[]) {
      const isIt = ++calls.count === order.dieAt;
      if (isIt && order.moment === "before") die();
      if (isIt && order.moment === "half") {
        const [bytes] = args;
        if (bytes instanceof Uint8Array) original.call(this, bytes.subarray(0, bytes.length >> 1));
        die();
      }
      const result: unknown = original.apply(this, args);
      if (isIt) die();
      return result;
    });
  }
  for (const name of ["openSync", "renameSync", "removeSync", "mkdirSync", "chmodSync"]) patch(Deno, name);
  for (const name of ["writeSync", "syncSync", "tryLockSync"]) patch(Deno.FsFile.prototype, name);
  return calls;
}

if (import.meta.main) {
  const order: DyingOrder = JSON.parse(Deno.args[0] ?? "");
  const calls = countCalls(order);
  await write(order, console.log);
  console.log(`operations ${calls.count}`);
}
