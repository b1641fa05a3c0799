import { createTwoFilesPatch } from "diff";

const FOLDER = new URL("../golden/", import.meta.url);

/**
 * Compares text with the file of that name under tests/golden. With `UPDATE_GOLDEN=1` the file is written anew: read
 * the difference before you commit it.
 */
export function assertGolden(name: string, actual: string): void {
  const file = new URL(name, FOLDER);
  const text = actual.endsWith("\n") ? actual : `${actual}\n`;
  if (Deno.env.get("UPDATE_GOLDEN") === "1") {
    Deno.mkdirSync(new URL(".", file), { recursive: true });
    Deno.writeTextFileSync(file, text);
    return;
  }
  let expected: string;
  try {
    expected = Deno.readTextFileSync(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(
      `Comparing with tests/golden/${name}: there is no such file; write it with UPDATE_GOLDEN=1`,
    );
  }
  if (text === expected) return;
  // The whole texts are thousands of lines, of which a report shows the first.
  const difference = createTwoFilesPatch(`tests/golden/${name}`, "now", expected, text, "", "", {
    context: 2,
  });
  throw new Error(
    `Comparing with tests/golden/${name}: it differs; UPDATE_GOLDEN=1 rewrites it\n${
      difference.split("\n").slice(1, 60).join("\n")
    }`,
  );
}
