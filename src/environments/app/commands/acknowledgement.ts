import { AppError } from "../../../lib/errors.ts";
import type { Terminal } from "../../../ports/terminal.ts";
import type { Forge } from "../../ports/forge.ts";
import type { Reacted, Reaction } from "../../ports/reactions.ts";

/** The ports that acknowledging a command uses. */
export interface AcknowledgingPorts {
  readonly forge: Pick<Forge, "react" | "reactionsOf">;
  readonly terminal: Pick<Terminal, "warn">;
}

/**
 * The reactions to the comment of a command: eyes when it is accepted, a rocket when it is done, a confused face when it is
 * refused. People only learn less if GitHub takes no reaction, so that fails no command.
 */
export class Acknowledgement {
  readonly #ports: AcknowledgingPorts;
  readonly #comment: number;
  readonly #signal: AbortSignal;

  constructor(ports: AcknowledgingPorts, comment: number, signal: AbortSignal) {
    this.#ports = ports;
    this.#comment = comment;
    this.#signal = signal;
  }

  /** Accepts the command. `gone`: its author deleted the comment. `done`: an earlier attempt of this run did all of it. */
  async accept(): Promise<"accepted" | "gone" | "done"> {
    const reacted = await this.#react("eyes");
    if (reacted?.kind === "gone") return "gone";
    if (reacted?.kind !== "present") return "accepted";
    const before = await this.#ports.forge.reactionsOf(reacted.by, this.#comment, this.#signal);
    return before.includes("rocket") ? "done" : "accepted";
  }

  async done(): Promise<void> {
    await this.#react("rocket");
  }

  async refuse(): Promise<void> {
    await this.#react("confused");
  }

  async #react(reaction: Reaction): Promise<Reacted | undefined> {
    const { forge, terminal } = this.#ports;
    try {
      const reacted = await forge.react(this.#comment, reaction, this.#signal);
      if (reacted.kind === "refused") terminal.warn(reacted.warning);
      return reacted;
    } catch (error) {
      this.#signal.throwIfAborted();
      if (!(error instanceof AppError)) throw error;
      terminal.warn(error.message);
      return undefined;
    }
  }
}
