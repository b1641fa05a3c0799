import type { PlatformKind } from "../../environments/core/environment/environment.ts";
import { formatServiceName, serviceNameOf } from "../../environments/core/environment/names.ts";
import { DRY_RUN_ADDRESS } from "../../environments/core/labels/mod.ts";
import { shortSha } from "../../lib/ids.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Platform } from "../../environments/ports/platform.ts";

/** Makes a platform that pretends every change; a deployment takes `sleepMs`. */
export function dryPlatform(
  kind: PlatformKind,
  options: { readonly clock: Clock; readonly sleepMs: number; readonly tell: (text: string) => void },
): Platform {
  const { clock, sleepMs, tell } = options;
  return {
    kind,
    list: () => Promise.resolve([]),
    addresses: (environments) => Promise.resolve(environments.map(() => undefined)),
    reach: () => Promise.resolve([]),
    newestRequests: (environments) => Promise.resolve(environments.map(() => undefined)),
    leftovers: () => Promise.resolve([]),
    logs: async function* () {},
    async deploy(spec, { onProgress }, signal) {
      const service = formatServiceName(spec.pr, shortSha(spec.sha));
      tell(`Dry run: would deploy ${spec.image} as ${service}`);
      if (sleepMs > 0) {
        onProgress(`Pretending to deploy ${service} for ${sleepMs / 1000} s`);
        await clock.sleep(sleepMs, signal);
      }
      return { address: DRY_RUN_ADDRESS, unsettled: false };
    },
    settle(key) {
      tell(`Dry run: would settle ${serviceNameOf(key)}`);
      return Promise.resolve();
    },
    sleep(key) {
      tell(`Dry run: would stop ${serviceNameOf(key)} and keep it`);
      return Promise.resolve();
    },
    wake(key) {
      tell(`Dry run: would start ${serviceNameOf(key)} again`);
      return Promise.resolve({ address: DRY_RUN_ADDRESS, unsettled: false });
    },
    destroy(key) {
      tell(`Dry run: would remove ${serviceNameOf(key)}`);
      return Promise.resolve();
    },
    removeLeftover(id) {
      tell(`Dry run: would remove ${id}`);
      return Promise.resolve();
    },
  };
}
