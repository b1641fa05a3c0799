/** The remote of the clone in the working folder, or the reason for its absence. */
export type RemoteAnswer =
  | { readonly kind: "found"; readonly url: string }
  /** Git does not open a clone that another user owns. `fix` is the command that allows it. */
  | { readonly kind: "not_trusted"; readonly fix: string }
  | { readonly kind: "no_git" }
  | { readonly kind: "no_clone" }
  | { readonly kind: "no_remote" }
  /** Several remotes, none of which is called origin. */
  | { readonly kind: "several"; readonly names: readonly string[] }
  | { readonly kind: "failed"; readonly words: string };

/**
 * Parses `owner/name` from the address of a Git remote (https, ssh, `git@host:owner/name`); undefined
 * otherwise.
 */
export function parseRemote(remote: string): string | undefined {
  const url = /^(?:https?|ssh|git|git\+ssh):\/\/[^/\s]+\/(\S+)$/.exec(remote)?.[1];
  // `C:\work` and `./a:b` are folders. The alias of a host has more than one letter and no slash.
  const scp = url === undefined
    ? /^(?:[^@\s/]+@)?[A-Za-z0-9][A-Za-z0-9._-]+:(?!\/\/)(\S+)$/.exec(remote)?.[1]
    : undefined;
  const path = (url ?? scp)?.replace(/[?#].*$/, "").replace(/\/+$/, "").replace(/\.git$/, "").replace(
    /^\/+/,
    "",
  );
  // A server may keep its repositories below a folder, so the last two parts count.
  return path === undefined ? undefined : parseRepositoryName(path.split("/").slice(-2).join("/"));
}

/** Returns text that is `owner/name`; undefined for any other text. */
export function parseRepositoryName(text: string): string | undefined {
  return /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/.test(text) ? text : undefined;
}
