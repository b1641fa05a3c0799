import type { ShownLabel } from "./label_colors.ts";

/** A pull request as its page shows it. Every text may be hostile. Times are RFC 3339. */
export interface PullModel {
  /** `owner/name`. */
  readonly repo: string;
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly author: string;
  readonly state: "open" | "closed" | "merged";
  readonly draft: boolean;
  readonly base: string;
  /** As `rando:charts` if it is a fork's. */
  readonly head: string;
  readonly labels: readonly ShownLabel[];
  /** Oldest first. */
  readonly commits: readonly string[];
  readonly comments: readonly {
    readonly id: number;
    readonly author: string;
    readonly body: string;
    readonly at: string;
  }[];
  readonly deployments: readonly {
    readonly id: number;
    readonly sha: string;
    readonly state: string;
    /** Empty without one. */
    readonly url: string;
    readonly description: string;
  }[];
  /** Oldest first. */
  readonly events: readonly PullHappening[];
}

/** An entry of the timeline. */
export interface PullHappening {
  readonly kind: "labeled" | "unlabeled" | "commit" | "force_push" | "closed" | "reopened";
  readonly actor: string | undefined;
  readonly at: string | undefined;
  /** The label, or the commit. */
  readonly about: string | undefined;
}

/** A change that a person makes on the page. */
export interface Deed {
  /** The login of the person. */
  readonly actor: string;
  readonly change:
    | { readonly kind: "add" | "remove"; readonly label: string }
    | { readonly kind: "push" }
    | { readonly kind: "state"; readonly state: "open" | "closed" }
    | { readonly kind: "pass"; readonly hours: number };
}

/** The automation that reacts to a change, as GitHub shows the checks of a pull request. */
export interface Checks {
  /** Whether it works on this pull request now. */
  readonly busy: boolean;
  /** The newest sentences, oldest first. */
  readonly lines: readonly string[];
}

/** The pull requests, and those who may play on them. */
export interface PullSource {
  /** `owner/name`. */
  readonly repo: string;
  /** Sentences about what is real here. */
  readonly setting: readonly string[];
  list(): readonly PullModel[];
  checks(number: number): Checks | undefined;
  /** The people that the page can act as, with their roles; empty if the page only shows. */
  readonly people: readonly { readonly login: string; readonly role: string }[];
  /** Plays a person. Throws AppError. */
  act(number: number, deed: Deed): Promise<void>;
}
