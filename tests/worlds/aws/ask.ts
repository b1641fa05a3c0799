import { Refusal, text, type WireObject } from "./wire.ts";
import { lastPart } from "./records.ts";

/** A call that a rule of the relay answers, with or without moto's help. */
export interface Ask {
  readonly input: WireObject;
  /** Asks moto, with the very bytes that came; throws what ends the call where moto refuses. */
  forward(): Promise<WireObject>;
}

/** Answers one operation in the place of moto. */
export type Rule = (ask: Ask) => Promise<unknown>;

/** The rules by operation. */
export type Rules = Readonly<Record<string, Rule>>;

export function clusterOf(input: WireObject): string {
  return lastPart(text(input["cluster"]) ?? "default");
}

export function invalid(message: string): Refusal {
  return new Refusal("InvalidParameterException", message);
}

/** Does one thing after the other, whoever asks. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<Result>(act: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(act);
    this.#last = turn.catch(() => {});
    return turn;
  }
}
