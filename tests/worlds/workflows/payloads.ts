/** Payloads as GitHub sends them, from its own collection of examples. */

/** A payload, which tests change where the example does not have what they are about. */
export type Payload = Record<string, unknown>;

interface Examples {
  readonly name: string;
  readonly examples: readonly Payload[];
}

/** Every example of an event with this action, as copies that may be changed. */
export async function examplePayloads(event: string, action?: string): Promise<readonly Payload[]> {
  // Under a name that the compiler does not follow: inferring the type of all examples takes it minutes.
  const file: string = "@octokit/webhooks-examples/api.github.com/index.json";
  const { default: all }: { default: readonly Examples[] } = await import(file, { with: { type: "json" } });
  const found = all.find(({ name }) => name === event)?.examples.filter((each) =>
    action === undefined || each["action"] === action
  );
  return structuredClone(found ?? []);
}

/** The first example of an event with this action; a copy that may be changed. */
export async function examplePayload(event: string, action?: string): Promise<Payload> {
  const [found] = await examplePayloads(event, action);
  if (found === undefined) {
    throw new Error(`Looking for an example of ${event} ${action ?? ""}: there is none`);
  }
  return found;
}

/** Changes what stands at paths, as `{ "pull_request.head.sha": … }`, and returns the payload. */
export function change(payload: Payload, values: Readonly<Record<string, unknown>>): Payload {
  for (const [path, value] of Object.entries(values)) changeAt(payload, path, value);
  return payload;
}

function changeAt(payload: Payload, path: string, value: unknown): void {
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  let inner: unknown = payload;
  for (const key of keys) inner = isPayload(inner) ? inner[key] : undefined;
  if (!isPayload(inner)) throw new Error(`Changing a payload: it has no ${path}`);
  inner[last] = value;
}

/** The text at a path. */
export function textAt(payload: Payload, path: string): string {
  let inner: unknown = payload;
  for (const key of path.split(".")) inner = isPayload(inner) ? inner[key] : undefined;
  if (typeof inner !== "string") throw new Error(`Reading a payload: ${path} is no text`);
  return inner;
}

function isPayload(value: unknown): value is Payload {
  return typeof value === "object" && value !== null;
}
