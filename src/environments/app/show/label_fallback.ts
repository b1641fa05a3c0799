/** Reads from the platform if it answers, and from the labels alone if it does not. */

import { AppError } from "../../../lib/errors.ts";
import type { ObservePorts } from "../observe/observe_pull.ts";

/**
 * A result, and in `unasked` the reason why the platform did not answer. If it is set, the result comes from
 * the labels alone.
 */
export interface Reading<Result> {
  readonly result: Result;
  readonly unasked: string | undefined;
  /** The failure of the platform, whose message is `unasked`. */
  readonly failure: AppError | undefined;
}

/** Reads once with the platform. If the platform does not answer, reads again from the labels alone. */
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
    ...(platform.engine === undefined ? {} : {
      engine: (callSignal: AbortSignal) =>
        platform.engine?.(callSignal).catch(remember) ?? remember(undefined),
    }),
    list: (scope, callSignal) => platform.list(scope, callSignal).catch(remember),
  };
  const watchedImages: ObservePorts["images"] = {
    exists: (image, callSignal) => images.exists(image, callSignal).catch(remember),
  };
  try {
    return {
      result: await read({ ...ports, platform: watched, images: watchedImages }),
      unasked: undefined,
      failure: undefined,
    };
  } catch (error) {
    signal.throwIfAborted();
    if (!failures.includes(error) || !(error instanceof AppError)) throw error;
    const result = await read({ ...ports, platformAsLabels: true });
    return { result, unasked: error.message, failure: error };
  }
}
