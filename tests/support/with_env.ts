/** Runs something with other environment variables, undefined being none, and puts the old ones back. */
export async function withEnv(
  env: Readonly<Record<string, string | undefined>>,
  run: () => Promise<void>,
): Promise<void> {
  const before = Object.keys(env).map((name) => [name, Deno.env.get(name)] as const);
  setAll(Object.entries(env));
  try {
    await run();
  } finally {
    setAll(before);
  }
}

function setAll(entries: readonly (readonly [string, string | undefined])[]): void {
  for (const [name, value] of entries) {
    if (value === undefined) Deno.env.delete(name);
    else Deno.env.set(name, value);
  }
}
