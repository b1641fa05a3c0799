import { hiddenValues, takesSecret } from "../../../environments/core/environment/variables.ts";
import type { EcsDependencies } from "../dependencies.ts";

/**
 * The variables that a revision gives the application, as `NAME=value` lines; none where it is not there any more.
 * Nothing is asked where no variable is configured with a secret: nobody needs them otherwise.
 */
export async function readVariables(
  deps: EcsDependencies,
  revision: string | undefined,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (revision === undefined || !takesSecret(deps.config.variables)) return [];
  const found = await (await deps.aws.ecs).definitions.describe(revision, signal);
  const containers = found?.definition.containerDefinitions ?? [];
  const own = containers.find((each) => each.name === deps.config.container);
  return (own?.environment ?? []).map(({ name, value }) => `${name}=${value}`);
}

/** Has the secrets that a revision gives the application kept out of what is shown of it. */
export async function keepSecrets(
  deps: EcsDependencies,
  revision: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const lines = await readVariables(deps, revision, signal);
  for (const value of hiddenValues(lines, deps.config.variables)) deps.keepSecret(value);
}
