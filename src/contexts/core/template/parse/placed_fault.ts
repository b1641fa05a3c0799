import { Fault } from "../limits.ts";

/** A fault with its place in the source. */
export class PlacedFault extends Fault {
  /** The offset in the joined source. */
  readonly at: number;

  /** Makes the fault. */
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}
