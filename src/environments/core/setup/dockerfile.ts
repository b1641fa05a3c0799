/** Reads the port that a Dockerfile's last stage exposes; undefined if it names no port as a number. */
export function readExposedPort(dockerfile: string): number | undefined {
  const lines = dockerfile.replace(/\\\r?\n/g, " ").split(/\r?\n/);
  const lastStage = lines.findLastIndex((line) => /^\s*FROM\s/i.test(line));
  for (const line of lines.slice(lastStage + 1)) {
    const words = /^\s*EXPOSE\s+(.+)$/i.exec(line)?.[1]?.trim().split(/\s+/) ?? [];
    for (const word of words) {
      const port = Number(/^(\d{1,5})(?:\/tcp)?$/i.exec(word)?.[1]);
      if (port >= 1 && port <= 65_535) return port;
    }
  }
  return undefined;
}
