/** Polls through a pull request's address on Docker, behind a real Traefik, while its containers are replaced. */

import { A, B, playRouted } from "../tests/worlds/docker/routed_scene.ts";
import { pollName } from "../tests/worlds/docker/traefik.ts";
import { part } from "../tests/worlds/require.ts";

/** Prints one line of the report: what, the figure, the budget. */
type Row = (line: { readonly name: string; readonly value: string; readonly budget?: string }) => void;

const KINDS = [
  ["checked", "an image with a health check", "0 failed"],
  ["shell", "an image with a shell", "0 failed"],
  ["bare", "an image with neither", "at most two seconds at each update"],
] as const;

/** Counts the polls, one every 50 ms from the first answer on, that fail over an update, a change of flags and a rebuild. */
export async function benchRouter(row: Row): Promise<void> {
  for (const name of ["docker", "busybox", "traefik"] as const) {
    const { missing } = await part(name);
    if (missing !== undefined) return row({ name: "behind traefik", value: "not measured", budget: missing });
  }
  for (const [kind, words, budget] of KINDS) {
    await playRouted({ kind }, async ({ url, spec, deploy, retire, settle }) => {
      await deploy(spec());
      const polls = pollName(url);
      await deploy(spec({ sha: B, epoch: 2 }));
      await retire(A, 2);
      await deploy(spec({ sha: B, epoch: 3, flags: { ALPHA: true } }));
      await settle(B, 3);
      await deploy(spec({ sha: B, epoch: 4, flags: { ALPHA: true } }));
      await settle(B, 4);
      const { count, failed } = await polls.stop();
      row({ name: `traefik: polls that fail, ${words}`, value: `${failed.length} of ${count}`, budget });
    });
  }
}
