/**
 * Resolves a path that a file in `folder` writes. `folder` is a path from the working folder, and `.` stands for the
 * working folder itself. Addresses and absolute paths stay as they are.
 */
export function resolveFromFile(path: string, folder: string): string {
  if (folder === "." || isElsewhere(path)) return path;
  const rest = path.replace(/^(?:\.\/+)+/, "").replace(/^\.$/, "");
  return rest === "" ? folder : `${folder.replace(/\/+$/, "")}/${rest}`;
}

/** Whether a path is absolute, or the address of a build context on a server. */
function isElsewhere(path: string): boolean {
  return /^(?:[/\\]|[A-Za-z]:[\\/]|[a-z][a-z+]*:\/\/|git@|-$)/i.test(path);
}
