/** A stage of a Dockerfile, as far as its ports go. */
interface Stage {
  /** The name of the stage or image that it starts from. */
  readonly base: string;
  readonly ports: number[];
  /** Values of ARG and ENV by name. */
  readonly values: Map<string, string>;
}

/**
 * Reads the TCP ports that the image of a Dockerfile exposes, in the order in which they are written: those of
 * the last stage, then those of the stages that it starts from. A variable has the default that the file gives
 * it. Ports of UDP, and variables without a default, are left out.
 */
export function readExposedPorts(dockerfile: string): readonly number[] {
  const stages = new Map<string, Stage>();
  const global = new Map<string, string>();
  let last: Stage | undefined;
  for (const line of instructionsOf(dockerfile)) {
    const [, word = "", rest = ""] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
    const values = last?.values ?? global;
    switch (word.toUpperCase()) {
      case "FROM": {
        const [, image = "", , name] = /^(?:--\S+\s+)*(\S+)(\s+AS\s+(\S+))?/i.exec(rest) ?? [];
        last = { base: fill(image, global), ports: [], values: new Map() };
        stages.set(String(stages.size), last);
        if (name !== undefined) stages.set(name.toLowerCase(), last);
        break;
      }
      case "ARG":
      case "ENV":
        for (const [name, value] of assignments(rest)) {
          values.set(name, value === undefined ? global.get(name) ?? "" : fill(value, values));
        }
        break;
      case "EXPOSE":
        last?.ports.push(...fill(rest, values).split(/\s+/).flatMap(portsOf));
    }
  }
  const ports: number[] = [];
  const seen = new Set<Stage>();
  for (
    let stage = last;
    stage !== undefined && !seen.has(stage);
    stage = stages.get(stage.base.toLowerCase())
  ) {
    seen.add(stage);
    ports.push(...stage.ports);
  }
  return [...new Set(ports)];
}

/** Returns the instructions, without comments, each on one line. */
function instructionsOf(dockerfile: string): readonly string[] {
  const lines = dockerfile.replace(/^\uFEFF/, "").split(/\r?\n/).filter((line) => !/^\s*(?:#|$)/.test(line));
  return lines.join("\n").replace(/[\\`]\s*\n/g, " ").split("\n").map((line) => line.trim());
}

/** Parses `A=1 B="2"`, `A` and the older form `A 1`. */
function assignments(text: string): readonly (readonly [name: string, value: string | undefined])[] {
  const older = /^(\w+)\s+([^=]+)$/.exec(text);
  if (older !== null) return [[older[1] ?? "", older[2]]];
  return [...text.matchAll(/(\w+)(?:=("[^"]*"|'[^']*'|\S*))?/g)].map(([, name = "", value]) =>
    [name, value?.replace(/^(["'])(.*)\1$/, "$2")] as const
  );
}

/** Replaces `$NAME`, `${NAME}` and `${NAME:-default}`. */
function fill(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(
    /\$(?:(\w+)|\{(\w+)(?::?-([^}]*))?\})/g,
    (_whole, plain?: string, braced?: string, otherwise?: string) =>
      values.get(plain ?? braced ?? "") || (otherwise ?? ""),
  );
}

/** Reads a word of EXPOSE: a port, or the first port of a range. */
function portsOf(word: string): readonly number[] {
  const port = Number(/^["']?(\d{1,5})(?:-\d{1,5})?(?:\/tcp)?["']?$/i.exec(word)?.[1]);
  return port >= 1 && port <= 65_535 ? [port] : [];
}
