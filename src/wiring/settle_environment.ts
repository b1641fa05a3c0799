import { TEMPORARY_FALLBACK } from "./permissions.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** Takes out of this process's environment what would keep it from doing its work under its permissions. */
export function settleEnvironment(env: Variables): void {
  // Setup actions set them for their own programs; with one of them Deno refuses to start any of ours.
  for (const name of Object.keys(env)) {
    if (/^(?:LD|DYLD)_/.test(name)) Deno.env.delete(name);
  }
  settleTemporaryFolder(env);
}

/**
 * Sees that temporary files can be written. Which folders may be written to is settled when the program is compiled;
 * where this process's own temporary folder is none of them, the system's ordinary one takes its place.
 */
function settleTemporaryFolder(env: Variables): void {
  const { os } = Deno.build;
  const [names, fallback] = os === "windows"
    ? [["TMP", "TEMP"], TEMPORARY_FALLBACK.windows]
    : [["TMPDIR"], TEMPORARY_FALLBACK[os === "darwin" ? "darwin" : "linux"]];
  const folder = names.map((name) => env[name]).find((value) => value !== undefined && value !== "");
  if (folder === undefined) return;
  if (Deno.permissions.querySync({ name: "write", path: folder }).state === "granted") return;
  for (const name of names) Deno.env.set(name, fallback);
}
