import { AppError } from "../../lib/errors.ts";
import { maskUrlLogins } from "../../lib/url_login.ts";
import type { RemoteRefs } from "../../pipelines/ports/remote_refs.ts";
import type { Shell } from "../../ports/shell.ts";

const LIMIT_MS = 30_000;

/** Makes the port that lists branches and tags with `git ls-remote`. */
export function makeRemoteRefs({ shell }: { readonly shell: Shell }): RemoteRefs {
  return {
    async list(repository, signal) {
      const refs = new Map<string, string>();
      const { code, stderr, timedOut } = await shell.run({
        program: "git",
        args: [
          "-c",
          "protocol.ext.allow=never",
          "ls-remote",
          "--heads",
          "--tags",
          "--end-of-options",
          repository,
        ],
        timeoutMs: LIMIT_MS,
        passes: ["SSH_AUTH_SOCK", "GIT_SSH_COMMAND", "GIT_SSL_*"],
        env: { GIT_TERMINAL_PROMPT: "0", GIT_ASKPASS: "true" },
        onLine: (line) => {
          const [, hash, name] = /^([0-9a-f]{40,64})\t(\S+)$/.exec(line) ?? [];
          if (hash !== undefined && name !== undefined) refs.set(name, hash);
        },
      }, signal);
      if (code === 0 && !timedOut) return refs;
      const said = stderr.trim().split("\n").at(-1) ?? "";
      throw new AppError(
        "remote_unreadable",
        `Listing the branches of ${maskUrlLogins(repository)}: ${timedOut ? "no answer within 30 s" : said}`,
        { retryable: true, hint: "Check the address of the repository and the key of this account for it" },
      );
    },
  };
}
