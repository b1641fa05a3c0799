import type { ReleasePin } from "../../../lib/workflows/steps.ts";

/** An instance that workflows log in to. */
export interface SetupInstance {
  readonly name: string;
  /** The names of the secrets on GitHub, and of the variables, that its login refers to. */
  readonly secrets: readonly string[];
}

/** The facts that the workflows of assets are rendered from. */
export interface AssetsSetup {
  readonly defaultBranch: string;
  /** The folder of the assets, from the repository's folder. */
  readonly dir: string;
  /** The instance that is exported on a schedule, and that the others are kept in step with. */
  readonly source: SetupInstance;
  /** The instances that plans and pushes go to. */
  readonly targets: readonly SetupInstance[];
  readonly release: ReleasePin;
}

/** Returns the secret that the written configuration refers to, by the instance's name. */
export function passwordSecret(instance: string): string {
  return `SHOWTIME_${instance.toUpperCase().replace(/-+/g, "_")}_PASSWORD`;
}

/** Returns all instances of a set-up, the source first. */
export function instancesOf({ source, targets }: AssetsSetup): readonly SetupInstance[] {
  return [source, ...targets.filter(({ name }) => name !== source.name)];
}
