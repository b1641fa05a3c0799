import type { EcrAddress } from "./ecr_address.ts";
import type { EcrCalls } from "../sdk/ecr.ts";

/** ECR at one address. It needs no cluster; the package is loaded when the first call is made. */
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
