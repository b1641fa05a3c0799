/**
 * Whether a branch fits a pattern: `*` stands for any characters except `/`, `**` for any characters, and every other
 * character for itself.
 */
export function fitsBranch(branch: string, pattern: string): boolean {
  const text = pattern.replace(/\*\*|\*|[.+?^${}()|[\]\\/-]/g, (found) => {
    if (found === "**") return ".*";
    return found === "*" ? "[^/]*" : `\\${found}`;
  });
  return new RegExp(`^${text}$`, "s").test(branch);
}
