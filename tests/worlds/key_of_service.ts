import { type EnvironmentKey, parseServiceName } from "../../src/environments/core/environment/names.ts";
import type { ServiceName } from "../../src/lib/ids.ts";

/** The key of the environment whose service has this name. Throws for a name of another kind. */
export function keyOfService(service: ServiceName): EnvironmentKey {
  const key = parseServiceName(service);
  if (key === undefined) throw new Error(`"${service}" is not the name of a service`);
  return key;
}
