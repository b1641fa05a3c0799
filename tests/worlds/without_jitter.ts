/** Chance is tiny by steps: what waits for a random time waits for none, and what is named at random has a name of its own. */
const STEP = 2 ** -40;
const STEPS = 2 ** 20;

/** Does something while the SDK waits as short as it may between two tries: how long else is left to chance. */
export async function withoutJitter<Result>(act: () => Promise<Result>): Promise<Result> {
  const usual = Math.random;
  let count = 0;
  Math.random = () => (count++ % STEPS) * STEP;
  try {
    return await act();
  } finally {
    Math.random = usual;
  }
}
