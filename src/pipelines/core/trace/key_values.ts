/**
 * Parses `key=value,key=value`, the form of OpenTelemetry's variables for headers and for attributes of the resource.
 * Values are percent-decoded, and what follows a `;` in a value is dropped, as in W3C's Baggage. The last of two equal
 * keys counts. Returns undefined if an entry has no key or no equals sign, or if a value cannot be decoded.
 */
export function parseKeyValues(text: string): Readonly<Record<string, string>> | undefined {
  const values = new Map<string, string>();
  for (const entry of text.split(",").map((each) => each.trim()).filter((each) => each !== "")) {
    const at = entry.indexOf("=");
    const key = entry.slice(0, Math.max(at, 0)).trim();
    if (key === "") return undefined;
    try {
      values.set(
        decodeURIComponent(key),
        decodeURIComponent((entry.slice(at + 1).split(";")[0] ?? "").trim()),
      );
    } catch {
      return undefined;
    }
  }
  return Object.fromEntries(values);
}
