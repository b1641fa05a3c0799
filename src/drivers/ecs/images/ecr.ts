import type { EcrAddress } from "./ecr_address.ts";
import type { EcrCalls } from "../sdk/ecr.ts";

/**
 * The ECR client for one address. It needs no cluster. Its SDK package is loaded when the first call is made.
 */
export class Ecr {
  readonly address: EcrAddress;
  #calls: Promise<EcrCalls> | undefined;

  constructor(address: EcrAddress) {
    this.address = address;
  }

  get calls(): Promise<EcrCalls> {
    return this.#calls ??= import("../sdk/ecr.ts").then(({ EcrCalls }) => new EcrCalls(this.address));
  }
}
