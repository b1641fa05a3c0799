/** Returns the id of a person or a repository of the simulated GitHub, which follows from the name. */
export function numberOfName(name: string): number {
  let hash = 7;
  for (const char of name.toLowerCase()) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 2_000_000_011;
  return hash;
}
