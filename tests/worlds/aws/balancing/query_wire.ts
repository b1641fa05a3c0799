import { isObject, type WireObject, type WireResponse } from "../wire.ts";

/**
 * A form of the query protocol, with its numbered lists: `Tags.member.1.Key=a` is `{ Tags: [{ Key: "a" }] }`.
 */
export function readForm(form: WireObject): WireObject {
  const root: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(form)) {
    const keys = path.split(".").filter((key) => key !== "member");
    const last = keys.pop() ?? "";
    let at = root;
    for (const key of keys) at = (at[key] ??= {}) as Record<string, unknown>;
    at[last] = value;
  }
  const lists = (value: unknown): unknown => {
    if (!isObject(value)) return value;
    const entries = Object.entries(value);
    if (entries.length > 0 && entries.every(([key]) => /^\d+$/.test(key))) {
      return entries.sort(([a], [b]) => Number(a) - Number(b)).map(([, each]) => lists(each));
    }
    return Object.fromEntries(entries.map(([key, each]) => [key, lists(each)]));
  };
  return lists(root) as WireObject;
}

/**
 * The result in an answer of moto's: elements are keys, lists consist of `member`s, everything else is text.
 */
export function readXml(xml: string): WireObject {
  const tokens = xml.matchAll(/<(\/?)([\w-]+)[^>]*?(\/?)>|([^<]+)/g);
  interface Node {
    readonly name: string;
    readonly children: { readonly name: string; readonly value: unknown }[];
    text: string;
  }
  const stack: Node[] = [{ name: "", children: [], text: "" }];
  const valueOf = ({ children, text }: Node): unknown => {
    if (children.length === 0) return text;
    if (children.every(({ name }) => name === "member")) return children.map(({ value }) => value);
    return Object.fromEntries(children.map(({ name, value }) => [name, value]));
  };
  for (const [token, closes, name = "", empty, text] of tokens) {
    const top = stack.at(-1);
    if (top === undefined) break;
    if (text !== undefined) top.text += unescapeXml(text);
    else if (token.startsWith("<?")) continue;
    else if (empty === "/") top.children.push({ name, value: "" });
    else if (closes === "/") {
      stack.pop();
      stack.at(-1)?.children.push({ name: top.name, value: valueOf(top) });
    } else stack.push({ name, children: [], text: "" });
  }
  const [answer] = Object.values(valueOf(stack[0] ?? { name: "", children: [], text: "" }) as WireObject);
  const found = isObject(answer)
    ? Object.entries(answer).find(([key]) => key.endsWith("Result"))?.[1]
    : undefined;
  return isObject(found) ? found : {};
}

/** An answer of the query protocol. */
export function xmlAnswer(name: string, value: unknown): WireResponse {
  const xml = `<${name}Response xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/">` +
    `<${name}Result>${writeXml(value)}</${name}Result>` +
    `<ResponseMetadata><RequestId>${crypto.randomUUID()}</RequestId></ResponseMetadata></${name}Response>`;
  return {
    status: 200,
    headers: new Headers({ "content-type": "text/xml" }),
    body: new TextEncoder().encode(xml),
  };
}

function writeXml(value: unknown): string {
  if (Array.isArray(value)) return value.map((each) => `<member>${writeXml(each)}</member>`).join("");
  if (!isObject(value)) return escapeXml(String(value));
  return Object.entries(value).flatMap(([key, each]) =>
    each === undefined ? [] : [`<${key}>${writeXml(each)}</${key}>`]
  ).join("");
}

function escapeXml(raw: string): string {
  return raw.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function unescapeXml(raw: string): string {
  return raw.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll(
    "&#39;",
    "'",
  )
    .replaceAll("&#34;", '"').replaceAll("&amp;", "&");
}
