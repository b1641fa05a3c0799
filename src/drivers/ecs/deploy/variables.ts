import { hiddenValues, takesSecret } from "../../../environments/core/environment/variables.ts";
import type { EcsDependencies } from "../dependencies.ts";

/**
 * Reads the variables that a revision gives the application, as `NAME=value` lines; none if the revision is
 * gone. Only variables with secrets are needed, so AWS is not asked if no configured variable takes a secret.
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

/** Registers the secrets that a revision gives the application, so that they are redacted from its output. */
export async function keepSecrets(
  deps: EcsDependencies,
  revision: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const lines = await readVariables(deps, revision, signal);
  for (const value of hiddenValues(lines, deps.config.variables)) deps.keepSecret(value);
}
