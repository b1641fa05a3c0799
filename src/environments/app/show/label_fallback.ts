/** Reads through the platform where it answers, and by the labels alone where it does not. */

import { AppError } from "../../../lib/errors.ts";
import type { ObservePorts } from "../sync/observe_pull.ts";

/** What was read; `unasked`: why the platform could not be asked, so that all of it is what the labels say. */
export interface Reading<Result> {
  readonly result: Result;
  readonly unasked: string | undefined;
}

/** Reads once with the platform; where that cannot be asked, once more as if it were what the labels say. */
export async function readWithLabelFallback<Result>(
  ports: ObservePorts,
  read: (ports: ObservePorts) => Promise<Result>,
  signal: AbortSignal,
): Promise<Reading<Result>> {
  const failures: unknown[] = [];
  const remember = (error: unknown): never => {
    failures.push(error);
    throw error;
  };
  const { platform, images } = ports;
  const watched: ObservePorts["platform"] = {
    list: (scope, callSignal) => platform.list(scope, callSignal).catch(remember),
  };
  const watchedImages: ObservePorts["images"] = {
    exists: (image, callSignal) => images.exists(image, callSignal).catch(remember),
  };
  try {
    return {
      result: await read({ ...ports, platform: watched, images: watchedImages }),
      unasked: undefined,
    };
  } catch (error) {
    signal.throwIfAborted();
    if (!failures.includes(error) || !(error instanceof AppError)) throw error;
    return { result: await read({ ...ports, platformAsLabels: true }), unasked: error.message };
  }
}
