/** The saved login of an instance, in `.showtime/assets/<instance>/login.json`. */

import type { SavedLogin } from "../../assets/ports/login.ts";
import { usageError } from "../../lib/errors.ts";
import { prepareSecret, readSecret, removeSecret, writeSecret } from "./secret_file.ts";

/** The options of {@link makeSavedLogin}. */
export interface SavedLoginOptions {
  readonly path: string;
  /** The instance's name in messages. */
  readonly instance: string;
  /** Whether Git would track a file. */
  readonly isTracked: (path: string, signal: AbortSignal) => Promise<boolean>;
}

/** Makes the port to the saved login of an instance. */
export function makeSavedLogin({ path, instance, isTracked }: SavedLoginOptions): SavedLogin {
  return {
    async read() {
      const text = await readSecret(path);
      if (text === undefined) return undefined;
      const refresh = parse(text);
      if (refresh !== undefined) return refresh;
      throw usageError(
        "login_invalid",
        `Reading ${path}: it is no saved login`,
        `Run "showtime assets logout ${instance}", then log in again`,
      );
    },
    async write(refresh, signal) {
      // The folder ignores itself from here on, unless a person decided otherwise.
      await prepareSecret(path);
      if (await isTracked(path, signal)) {
        throw usageError(
          "login_tracked",
          `Saving the login of ${instance}: Git would track ${path}`,
          'Put "*" into .showtime/.gitignore, and remove the folder .showtime from the index',
        );
      }
      await writeSecret(path, `${JSON.stringify({ version: 1, refresh_token: refresh })}\n`);
    },
    remove: () => removeSecret(path),
  };
}

function parse(text: string): string | undefined {
  try {
    const refresh = (JSON.parse(text) as { readonly refresh_token?: unknown }).refresh_token;
    return typeof refresh === "string" && refresh !== "" ? refresh : undefined;
  } catch {
    return undefined;
  }
}
