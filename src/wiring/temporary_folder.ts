import { TEMPORARY_FALLBACK } from "./permissions.ts";

/**
 * Sees that temporary files can be written. Which folders may be written to is settled when the program is compiled;
 * where this process's own temporary folder is none of them, the system's ordinary one takes its place.
 */
export function settleTemporaryFolder(env: Readonly<Record<string, string | undefined>>): void {
  const { os } = Deno.build;
  const [names, fallback] = os === "windows"
    ? [["TMP", "TEMP"], TEMPORARY_FALLBACK.windows]
    : [["TMPDIR"], TEMPORARY_FALLBACK[os === "darwin" ? "darwin" : "linux"]];
  const folder = names.map((name) => env[name]).find((value) => value !== undefined && value !== "");
  if (folder === undefined) return;
  if (Deno.permissions.querySync({ name: "write", path: folder }).state === "granted") return;
  for (const name of names) Deno.env.set(name, fallback);
}
