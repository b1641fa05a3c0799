/** The news that a pipeline's builds lead to. */

/** The occasion of a message. `onFixed` is a build that passed after one that did not. */
export type NewsOccasion = "onSuccess" | "onFailure" | "onFixed";

/** A message. Its texts may use the variables of {@link newsVariables}. */
export type NewsMessage =
  | {
    readonly kind: "email";
    readonly to: readonly string[];
    readonly subject: string;
    readonly body: string;
  }
  | { readonly kind: "webhook"; readonly url: string };

/** The messages of a pipeline by their occasions. */
export type PipelineNews = Readonly<Partial<Record<NewsOccasion, readonly NewsMessage[]>>>;
