import type { BuildObserver } from "../../../pipelines/core/build_event.ts";

/** A view of one build. */
export interface BuildView {
  readonly observe: BuildObserver;
  /** Ends the view, also without the end of the build: nothing of it stays open. A second call has no effect. */
  end(): void;
}
