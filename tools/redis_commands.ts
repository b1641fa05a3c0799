/** Takes commands of Redis that the program never sends out of a bundle. */

/** The table of commands in a chunk, as the bundler writes a JSON file. */
const TABLE =
  /(\/@ioredis\/commands\/[^"]*\/commands\.json"\(exports, module\) \{\n {4}module\.exports = \{\n)(.*?)(\n {4}\};\n)/s;

/** One command of the table. */
const ENTRY = /^ {6}"?([\w-]+)"?: \{\n.*?^ {6}\},?$/gms;

/** Keeps only these commands. Returns undefined for a chunk without the table. Throws if the table lacks one of them. */
export function keepRedisCommands(chunk: string, kept: readonly string[]): string | undefined {
  const [, , table] = TABLE.exec(chunk) ?? [];
  if (table === undefined) return undefined;
  const entries = new Map(
    [...table.matchAll(ENTRY)].map(([entry, name = ""]) => [name, entry.replace(/,$/, "")]),
  );
  const missing = kept.filter((name) => !entries.has(name));
  if (missing.length > 0) throw new Error(`Bundling: the table of Redis has no ${missing.join(", ")}`);
  return chunk.replace(
    TABLE,
    (_, before: string, _table, after: string) =>
      before + kept.map((name) => entries.get(name)).join(",\n") + after,
  );
}
