import type { ContextTools } from "../../cli/wiring_types.ts";
import { writeContext, writeCopies } from "../../contexts/app/write_context.ts";
import type { ContextId } from "../../contexts/core/context_id.ts";
import type { Operation } from "../../contexts/core/tree/operations.ts";
import type { OutputStore } from "../../pipelines/ports/output_store.ts";

/** Milliseconds that a write is tried while others write. */
const WAIT_MS = 30_000;

/** The build whose outputs are kept, and how the context is opened. */
export interface ContextOutputsOptions {
  readonly id: ContextId;
  readonly pipeline: string;
  readonly traceId: string;
  /** Masks the secrets of this process, which the build itself does not know. */
  readonly redact: (text: string) => string;
  /** Opens the tools for contexts, once. */
  readonly open: () => Promise<Pick<ContextTools, "ports">>;
}

/**
 * Makes the store for outputs of steps in a context: `state.<pipeline>.<trace id>.<step>.<name>`, one version for each
 * step. The context is opened with the first outputs.
 */
export function makeContextOutputs(
  { id, pipeline, traceId, redact, open }: ContextOutputsOptions,
): OutputStore {
  return {
    async keep({ step, values }, signal) {
      const { ports } = await open();
      const operations = Object.entries(values).map(([name, value]): Operation => ({
        op: "set",
        path: ["state", pipeline, traceId, step.name, name],
        value: redact(value),
      }));
      const change = () => ({ operations });
      const written = await writeContext(ports, { id, change, waitMs: WAIT_MS }, signal);
      await writeCopies(ports, written, signal);
    },
  };
}
