/** What a request to GitHub is, in few words, and whether it changes something. */

/** A request, told apart from others of its kind. */
export interface RequestView {
  /** `POST /labels`, `mutation addLabelsToLabelable`, `query pullRequest`. */
  readonly name: string;
  readonly writes: boolean;
  /** It makes, renews or removes a lock; everything else that writes is done under one. */
  readonly aboutLock: boolean;
}

/** Reads a request without taking its body away. */
export async function describeRequest(request: Request): Promise<RequestView> {
  const path = decodeURIComponent(new URL(request.url).pathname).replace(/^\/api\/v3/, "")
    .replace(/^\/repos\/[^/]+\/[^/]+/, "");
  const text = request.body === null ? "" : await request.clone().text();
  if (!path.endsWith("/graphql")) {
    const writes = request.method !== "GET";
    return {
      name: `${request.method} ${path}`,
      writes,
      aboutLock: path.includes("/labels") && text.includes("lock pr-"),
    };
  }
  const { query = "", variables = {} } = JSON.parse(text);
  const mutations = [...String(query).matchAll(/\bm\d+: (\w+)\(/g)].map(([, name = ""]) => name);
  if (mutations.length === 0) {
    return { name: `query ${Object.keys(variables).join(" ")}`, writes: false, aboutLock: false };
  }
  const [only] = mutations;
  const aboutLock = mutations.length === 1 && (only === "deleteLabel" || only === "updateLabel");
  return { name: `mutation ${mutations.join(" ")}`, writes: true, aboutLock };
}
