/** A program that uses each store whose settings it gets, for runs under the program's permissions. */

import { makeClock } from "../../../src/drivers/system/mod.ts";
import { makeContextStore } from "../../../src/wiring/contexts/context_stores.ts";
import { ID, NEVER, versionOf } from "./store_world.ts";

if (import.meta.main) {
  for (const settings of JSON.parse(Deno.args[0] ?? "[]")) {
    try {
      const store = await makeContextStore(settings, { clock: makeClock(), keep: 50 });
      const committed = await store.commit(versionOf(1), NEVER);
      const read = await store.read(ID, NEVER);
      const rows = await store.list(NEVER);
      console.log(`${settings.kind} ${committed} ${read?.newest.version} ${rows.length}`);
      await store.close();
    } catch (error) {
      const { code, exitCode, message } = error as Record<string, unknown>;
      console.log(`${settings.kind} ${code} ${exitCode} ${message}`);
    }
  }
}
