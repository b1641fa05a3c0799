import type { Variables } from "../lib/variables.ts";
import { TEMPORARY_FALLBACK } from "./permissions.ts";
import { keepFromProxies } from "./proxies.ts";

/** Removes or replaces the variables that would keep this process from working under its permissions. */
export function settleEnvironment(env: Variables): void {
  // Setup actions set these for their own programs. While one is set, Deno refuses to start any program.
  for (const name of Object.keys(env)) {
    if (/^(?:LD|DYLD)_/.test(name)) Deno.env.delete(name);
  }
  settleTemporaryFolder(env);
  const engine = URL.parse(env["DOCKER_HOST"] ?? "")?.hostname;
  keepFromProxies(engine ? [engine] : []);
}

/**
 * Makes sure that temporary files can be written. The folders that may be written to are fixed when the
 * program is compiled. If the temporary folder of this process is not among them, the system's usual one
 * replaces it.
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
