import { formatUrl } from "../../core/environment/names.ts";
import type { ForgeWrite } from "../../ports/forge.ts";

/** Makes the write that records on a Deployment where its environment is reached, or that it is not. */
export function deploymentWrite(
  deployment: string,
  { address }: { readonly address: string | undefined },
): ForgeWrite {
  return {
    kind: "deployment_status",
    deployment,
    state: address === undefined ? "inactive" : "success",
    url: address === undefined ? undefined : formatUrl(address),
    description: address === undefined
      ? "The platform no longer has an address for the environment"
      : "The environment is running",
  };
}
