/** Renders a document for programs: indented, without a line break at the end. */
export function renderJson(document: unknown): string {
  return JSON.stringify(document, null, 2);
}

/** Renders one line of a stream of documents. */
export function renderJsonLine(document: unknown): string {
  return JSON.stringify(document);
}
