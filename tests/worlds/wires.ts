/** What can stand between a run and GitHub: a wire that is cut, or one that lets something happen on the way. */

import type { RunChange } from "./world.ts";

type Wire = NonNullable<RunChange["wire"]>;

/** A wire that is cut before or after its k-th request has taken effect: nothing comes through from then on. */
export function cutAt(k: number, after: boolean): Wire {
  let sent = 0;
  return async (request, send) => {
    const turn = ++sent;
    if (turn < k || (turn === k && after)) {
      const response = await send(request);
      if (turn < k) return response;
      await response.body?.cancel();
    }
    throw new TypeError("the process is gone");
  };
}

/** A wire on which something happens once, just before the first request that `when` is true for is sent. */
export function onceBefore(when: (text: string) => boolean, act: () => void | Promise<void>): Wire {
  let done = false;
  return async (request, send) => {
    const text = `${request.method} ${new URL(request.url).pathname} ${await request.clone().text()}`;
    if (!done && when(text)) {
      done = true;
      await act();
    }
    return await send(request);
  };
}
