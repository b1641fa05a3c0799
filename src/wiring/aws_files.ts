/** Reads the shared files of AWS, whose profile may name the region. */

import type { AwsFile, AwsFiles } from "../config/mod.ts";
import { describeFileError } from "../drivers/system/mod.ts";
import type { Variables } from "../lib/variables.ts";

/** Reads `~/.aws/credentials` and `~/.aws/config`, or the files that AWS's own variables name. */
export async function readAwsFiles(env: Variables): Promise<AwsFiles> {
  const home = env["HOME"] || env["USERPROFILE"] || `${env["HOMEDRIVE"] ?? ""}${env["HOMEPATH"] ?? ""}`;
  // The SDK lets the region in the file of credentials outweigh the other one.
  return {
    profile: env["AWS_PROFILE"] || "default",
    files: [
      await readShared("credentials", env["AWS_SHARED_CREDENTIALS_FILE"] || `${home}/.aws/credentials`),
      await readShared("config", env["AWS_CONFIG_FILE"] || `${home}/.aws/config`),
    ],
  };
}

async function readShared(kind: AwsFile["kind"], path: string): Promise<AwsFile> {
  try {
    return { kind, path, content: { text: await Deno.readTextFile(path) } };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { kind, path, content: undefined };
    return { kind, path, content: { failure: describeFileError(error) } };
  }
}
