/** Parts of the workflows that `init` writes, as lines without indentation. */

/** Lines of YAML. */
export type Lines = readonly string[];

/** Indents lines; empty lines stay empty. */
export function indent(lines: Lines, by: number): Lines {
  return lines.map((line) => line === "" ? "" : " ".repeat(by) + line);
}

/**
 * The shell of `run:` steps. Unless `bash` is named, a pipe hides the failure of all but its last program.
 */
export const DEFAULTS = ["defaults:", "  run:", "    shell: bash"] as const;

/** The name of the release's file for the machines that workflows run on. */
export const RUNNER_FILE = "showtime-x86_64-unknown-linux-gnu";

/** The release that workflows install. */
export interface ReleasePin {
  /** The version, such as `1.2.3`. */
  readonly version: string;
  /** The address of its files, without a slash at the end. */
  readonly url: string;
  /** SHA-256 of {@link RUNNER_FILE} in lower-case hex; undefined if it is not known. */
  readonly sha256: string | undefined;
}

/** Returns the step that downloads the pinned release, checks it, and puts it first in the PATH. */
export function installStep(release: ReleasePin): Lines {
  const fetch = (file: string, to: string) => [
    "    curl --fail --silent --show-error --location --proto-redir =https --retry 3 \\",
    `      --output ${to} "$URL/${file}"`,
  ];
  return [
    `- name: Install Showtime ${release.version}`,
    "  env:",
    `    URL: ${release.url}`,
    ...(release.sha256 === undefined ? [] : [`    SHA256: ${release.sha256}`]),
    "  run: |",
    '    mkdir -p "$RUNNER_TEMP/showtime"',
    '    cd "$RUNNER_TEMP/showtime"',
    ...fetch(RUNNER_FILE, "showtime"),
    ...(release.sha256 === undefined
      ? [
        ...fetch("SHA256SUMS", "SHA256SUMS"),
        `    SHA256=$(awk '$2 == "${RUNNER_FILE}" { print $1 }' SHA256SUMS)`,
      ]
      : []),
    '    echo "$SHA256  showtime" | sha256sum --check --strict',
    "    chmod +x showtime",
    '    echo "$PWD" >> "$GITHUB_PATH"',
  ];
}
