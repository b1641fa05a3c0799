/** The shared files of AWS, `~/.aws/config` and `~/.aws/credentials`, as they were read. */
export interface AwsFiles {
  /** The profile in use: `AWS_PROFILE`, else `default`. */
  readonly profile: string;
  /** In the order of precedence. */
  readonly files: readonly AwsFile[];
}

/** One of the shared files. */
export interface AwsFile {
  readonly kind: "config" | "credentials";
  readonly path: string;
  /** The text, or the reason why the file cannot be read; undefined if there is no such file. */
  readonly content: { readonly text: string } | { readonly failure: string } | undefined;
}

/** The region of a profile with the file that names it, or a sentence about why no file names one. */
export type ProfileRegion =
  | { readonly region: string; readonly source: string }
  | { readonly region: undefined; readonly why: string };

/** Finds the region of the profile in use. */
export function findProfileRegion({ profile, files }: AwsFiles): ProfileRegion {
  const why: string[] = [];
  for (const { kind, path, content } of files) {
    if (content === undefined) why.push(`there is no ${path}`);
    else if ("failure" in content) why.push(`${path} cannot be read (${content.failure})`);
    else {
      const section = readSection(content.text, { kind, profile });
      if (section === undefined) why.push(`${path} has no profile "${profile}"`);
      else if (section.get("region")) {
        return { region: section.get("region") ?? "", source: `${path}, profile ${profile}` };
      } else why.push(`the profile "${profile}" in ${path} names no region`);
    }
  }
  return { region: undefined, why: why.join(", and ") };
}

/**
 * Reads the section of a profile; undefined if the file has no such section. In `config` the section of every profile but
 * `default` is called `[profile NAME]`. Indented lines belong to the setting above them.
 */
function readSection(
  text: string,
  { kind, profile }: { readonly kind: AwsFile["kind"]; readonly profile: string },
): ReadonlyMap<string, string> | undefined {
  const wanted = kind === "credentials"
    ? [profile]
    : profile === "default"
    ? ["default", "profile default"]
    : [`profile ${profile}`];
  let found: Map<string, string> | undefined;
  let inside = false;
  for (const line of text.replace(/^\uFEFF/, "").split(/\r?\n/)) {
    const header = /^\s*\[([^\]]*)\]/.exec(line)?.[1];
    if (header !== undefined) {
      const name = header.trim().replace(/\s+/g, " ").replace(/^(profile )?(["'])(.*)\2$/, "$1$3");
      inside = wanted.includes(name);
      if (inside) found ??= new Map();
      continue;
    }
    const setting = /^([A-Za-z_][\w-]*)\s*=\s*(.*)$/.exec(line);
    if (!inside || setting === null) continue;
    found?.set((setting[1] ?? "").toLowerCase(), (setting[2] ?? "").replace(/\s[#;].*$/, "").trim());
  }
  return found;
}
