import { AppError } from "../../../../lib/errors.ts";
import {
  formatWanted,
  parseWanted,
  type WantedSyncs,
} from "../../../core/server_environments/wanted_syncs.ts";
import type { EnvironmentPorts } from "./environment_ports.ts";

const ROUNDS = 100;

/** Returns the syncs that the store has for a repository. */
export async function readWanted(
  { store }: Pick<EnvironmentPorts, "store">,
  repository: string,
  signal: AbortSignal,
): Promise<WantedSyncs> {
  return parseWanted(await store.note(noteOf(repository), signal));
}

/** Changes the syncs that the store has for a repository. It is on disk when the call returns. Throws AppError `store_…`. */
export async function changeWanted(
  { store }: Pick<EnvironmentPorts, "store">,
  { repository, change }: {
    readonly repository: string;
    readonly change: (wanted: WantedSyncs) => WantedSyncs;
  },
  signal: AbortSignal,
): Promise<void> {
  const name = noteOf(repository);
  for (let round = 0; round < ROUNDS; round++) {
    const from = await store.note(name, signal);
    const to = formatWanted(change(parseWanted(from)));
    if (from === to || await store.swapNote({ name, from, to }, signal)) return;
  }
  throw new AppError(
    "store_busy",
    `Noting a sync of ${repository}: other servers change the note all the time`,
    {
      retryable: true,
      hint: "Send the hook again",
    },
  );
}

function noteOf(repository: string): string {
  return `syncs ${repository.toLowerCase()}`;
}
