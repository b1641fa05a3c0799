// deno-lint-ignore-file layers/few-parameters -- requests are written in the order of their words
/** The use-cases of assets, wired to an instance and a folder of a test's own. */

import type { AssetsPorts, Instance } from "../../../src/assets/app/assets_ports.ts";
import type { InstanceSettings } from "../../../src/assets/core/instance.ts";
import { makeAssetSources } from "../../../src/drivers/git/mod.ts";
import { makeShell } from "../../../src/drivers/shell/mod.ts";
import type { Clock } from "../../../src/ports/clock.ts";
import { makeSuperset, readZip } from "../../../src/drivers/superset/mod.ts";
import { makeAssetStore, makeClock } from "../../../src/drivers/system/mod.ts";

/** The login of every instance in the tests. */
export const ADMIN = { method: "password", username: "admin", password: "admin", provider: "db" } as const;

/** Makes the port of an instance with another login, fetch or clock than the tests' usual ones. */
export function serverOf(
  url: string,
  { fetch: given = fetch, clock = makeClock(), ...login }: {
    readonly fetch?: typeof fetch;
    readonly clock?: Clock;
    readonly method?: "password" | "session";
    readonly username?: string;
    readonly password?: string;
  } = {},
): Instance["server"] {
  return makeSuperset({ name: "instance", url, fetch: given, clock, auth: { ...ADMIN, ...login } });
}

/** A folder of a test's own, with the ports that work in it. */
export interface Bench {
  readonly folder: string;
  readonly ports: AssetsPorts;
  readonly warnings: string[];
  /** Makes an instance; a second one of that name has the same store, as a second run on this machine has. */
  instance(name: string, url: string, settings?: Partial<InstanceSettings>): Instance;
  remove(): Promise<void>;
}

/** Makes a bench. */
export async function makeBench(changed: Partial<AssetsPorts> = {}): Promise<Bench> {
  const folder = await Deno.makeTempDir({ prefix: "showtime-assets-" });
  const clock = makeClock();
  const warnings: string[] = [];
  const shell = makeShell({ redact: (text) => text });
  return {
    folder,
    warnings,
    ports: {
      sources: makeAssetSources({ shell, readZip }),
      clock,
      progress: () => {},
      warn: (sentence) => warnings.push(sentence),
      ignore: [],
      allowedSecrets: [],
      ...changed,
    },
    instance(name, url, settings = {}) {
      const complete: InstanceSettings = {
        name,
        url,
        auth: ADMIN,
        databases: { map: {}, missing: "fail" },
        rewrite: [],
        owners: "server",
        ...settings,
      };
      return {
        settings: complete,
        server: makeSuperset({ name, url, fetch, clock, auth: complete.auth }),
        store: makeAssetStore(`${folder}/.showtime/assets/${name}`, name),
      };
    },
    remove: () => Deno.remove(folder, { recursive: true }),
  };
}

/** Reads all files below a folder, hidden ones left out. */
export async function filesBelow(folder: string, below = ""): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for await (const entry of Deno.readDir(`${folder}/${below}`)) {
    if (entry.name.startsWith(".")) continue;
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isFile) files.set(path, await Deno.readTextFile(`${folder}/${path}`));
    else for (const [name, text] of await filesBelow(folder, path)) files.set(name, text);
  }
  return files;
}
