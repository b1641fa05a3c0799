import { hiddenValues, takesSecret } from "../../../environments/core/environment/variables.ts";
import type { Place } from "../place.ts";

/**
 * The variables that a revision gives the application, as `NAME=value` lines; none where it is not there any more.
 * Nothing is asked where no variable is configured with a secret: nobody needs them otherwise.
 */
export async function readVariables(
  place: Place,
  revision: string | undefined,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (revision === undefined || !takesSecret(place.config.variables)) return [];
  const found = await (await place.aws.ecs).definitions.describe(revision, signal);
  const containers = found?.definition.containerDefinitions ?? [];
  const own = containers.find((each) => each.name === place.config.container);
  return (own?.environment ?? []).map(({ name, value }) => `${name}=${value}`);
}

/** Has the secrets that a revision gives the application kept out of what is shown of it. */
export async function keepSecrets(
  place: Place,
  revision: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const lines = await readVariables(place, revision, signal);
  for (const value of hiddenValues(lines, place.config.variables)) place.keepSecret(value);
}
