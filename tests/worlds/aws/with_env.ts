/** Variables by name; undefined takes one away. */
export type Env = Readonly<Record<string, string | undefined>>;

/** Sets variables of this process; what is returned puts back what was there. */
export function useEnv(env: Env): () => void {
  const before = Object.keys(env).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(env)) setVariable(name, value);
  return () => {
    for (const [name, value] of before) setVariable(name, value);
  };
}

/** Does something while this process has those variables. */
export async function withEnv<Result>(env: Env, act: () => Promise<Result>): Promise<Result> {
  const restore = useEnv(env);
  try {
    return await act();
  } finally {
    restore();
  }
}

function setVariable(name: string, value: string | undefined): void {
  if (value === undefined) Deno.env.delete(name);
  else Deno.env.set(name, value);
}
