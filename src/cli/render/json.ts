/** A document for programs: indented, one line break at the end is the writer's business. */
export function renderJson(document: unknown): string {
  return JSON.stringify(document, null, 2);
}

/** One line of a stream of documents. */
export function renderJsonLine(document: unknown): string {
  return JSON.stringify(document);
}
