import type { ForgeWrite } from "../../ports/forge.ts";

/** Makes the write that records on a Deployment where its environment is reached, or that it is not. */
export function deploymentWrite(
  deployment: string,
  { url, logUrl }: { readonly url: string | undefined; readonly logUrl: string | undefined },
): ForgeWrite {
  return {
    kind: "deployment_status",
    deployment,
    state: url === undefined ? "inactive" : "success",
    url,
    logUrl,
    description: url === undefined
      ? "The platform no longer has an address for the environment"
      : "The environment is running",
  };
}
