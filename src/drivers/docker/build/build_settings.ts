/** The settings of builds; the `build` section of the configuration. */
export interface BuildSettings {
  /** The repository that images are tagged in, `apache/superset`. */
  readonly image: string;
  /** Pattern of the tags, with `{pr}` and `{sha}`. */
  readonly tag: string;
  readonly context: string;
  /** The Dockerfile, within the context. */
  readonly file: string;
  readonly target?: string | undefined;
  readonly platform?: string | undefined;
  readonly args: Readonly<Record<string, string>>;
  readonly cacheFrom: readonly string[];
  readonly cacheTo: readonly string[];
  readonly timeoutMs: number;
  readonly push: "auto" | "always" | "never";
  /** Commit that a branch must contain to be built. */
  readonly requiredCommit?: string | undefined;
}
