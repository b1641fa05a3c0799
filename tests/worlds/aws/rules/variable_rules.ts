import { isObject, Refusal, text, type WireObject } from "../wire.ts";

/** Refuses what ECS refuses about names of variables: moto takes one name as a variable and as a secret. */
export function checkVariables(input: WireObject): void {
  const containers = Array.isArray(input["containerDefinitions"]) ? input["containerDefinitions"] : [];
  for (const container of containers) {
    if (!isObject(container)) continue;
    const names = [...namesIn(container["environment"]), ...namesIn(container["secrets"])];
    const secrets = namesIn(container["secrets"]);
    const shared = secrets.find((name) => names.filter((each) => each === name).length > 1);
    if (shared === undefined) continue;
    throw new Refusal(
      "ClientException",
      `The secret name must be unique and not shared with any new or existing environment variables set on the container, such as '${shared}'.`,
    );
  }
}

function namesIn(list: unknown): readonly string[] {
  return Array.isArray(list) ? list.flatMap((each) => isObject(each) ? text(each["name"]) ?? [] : []) : [];
}
