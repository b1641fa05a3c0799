/**
 * Returns the host, owner and name of a repository's address in lower case, whatever its scheme: `github.com/acme/web` for
 * `git@github.com:acme/Web.git`. Undefined for an address without a host, such as a path.
 */
export function repositoryKey(address: string): string | undefined {
  const [, host, path] = /^[a-z+]+:\/\/(?:[^@/]*@)?([^/:]+)(?::\d+)?\/(.+)$/i.exec(address) ??
    /^(?:[^@/\s]+@)?([^/:\s]+):(?!\/\/)(.+)$/.exec(address) ?? [];
  if (host === undefined || path === undefined) return undefined;
  const plain = path.replace(/^\/+/, "").replace(/\/+$/, "").replace(/\.git$/i, "");
  return plain === "" ? undefined : `${host}/${plain}`.toLowerCase();
}
