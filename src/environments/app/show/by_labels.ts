/** Reads through the platform where it answers, and by the labels alone where it does not. */

import { AppError } from "../../../lib/errors.ts";
import type { Images } from "../../ports/images.ts";
import type { Platform } from "../../ports/platform.ts";
import type { AppContext } from "../context.ts";

/** What was read; `unasked`: why the platform could not be asked, so that all of it is what the labels say. */
export interface Reading<Result> {
  readonly result: Result;
  readonly unasked: string | undefined;
}

/** Reads once with the platform; where that cannot be asked, once more as if it were what the labels say. */
export async function readOrGoByLabels<Result>(
  context: AppContext,
  read: (context: AppContext) => Promise<Result>,
  signal: AbortSignal,
): Promise<Reading<Result>> {
  const failures: unknown[] = [];
  const remember = (error: unknown): never => {
    failures.push(error);
    throw error;
  };
  const { platform, images } = context;
  const watched: Platform = {
    kind: platform.kind,
    list: (scope, callSignal) => platform.list(scope, callSignal).catch(remember),
    addresses: (services, callSignal) => platform.addresses(services, callSignal),
    leftovers: (scope, callSignal) => platform.leftovers(scope, callSignal),
    logs: (service, options, callSignal) => platform.logs(service, options, callSignal),
    deploy: (spec, options, callSignal) => platform.deploy(spec, options, callSignal),
    settle: (service, options, callSignal) => platform.settle(service, options, callSignal),
    destroy: (service, options, callSignal) => platform.destroy(service, options, callSignal),
    removeLeftover: (id, options, callSignal) => platform.removeLeftover(id, options, callSignal),
  };
  const watchedImages: Images = {
    check: (request, callSignal) => images.check(request, callSignal),
    build: (request, callSignal) => images.build(request, callSignal),
    exists: (image, callSignal) => images.exists(image, callSignal).catch(remember),
    remove: (image, callSignal) => images.remove(image, callSignal),
    list: (callSignal) => images.list(callSignal),
  };
  try {
    return {
      result: await read({ ...context, platform: watched, images: watchedImages }),
      unasked: undefined,
    };
  } catch (error) {
    signal.throwIfAborted();
    if (!failures.includes(error) || !(error instanceof AppError)) throw error;
    return { result: await read({ ...context, platformAsLabels: true }), unasked: error.message };
  }
}
