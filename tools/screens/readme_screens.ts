/** Where README.md wants its screens. */

/** A screen in a README: the lines after its mark, up to the first empty line or the end of the block. */
const SCREEN = /^(<!-- screen: (\w+) -->\n)((?:```\w*\n(?:(?!```).*\n)*```|(?:>.*\n?)+))/gm;

/** The screens that a README shows, by name, as they stand there. */
export function findScreens(markdown: string): ReadonlyMap<string, string> {
  return new Map(
    [...markdown.matchAll(SCREEN)].map(([, , name = "", block = ""]) => [name, block.trimEnd()]),
  );
}

/** Puts the screens in their places. Throws where the README wants one that there is none of. */
export function replaceScreens(markdown: string, texts: ReadonlyMap<string, string>): string {
  return markdown.replace(SCREEN, (_whole, mark: string, name: string, block: string) => {
    const text = texts.get(name);
    if (text === undefined) throw new Error(`README.md wants the screen "${name}": there is none`);
    return `${mark}${renderBlock(text, /^```\w*/.exec(block)?.[0])}${block.endsWith("\n") ? "\n" : ""}`;
  });
}

/** A screen as a README shows it: in a block that is opened by `fence`, or quoted, as Markdown is. */
export function renderBlock(text: string, fence: string | undefined): string {
  if (fence !== undefined) return `${fence}\n${text}\n\`\`\``;
  return text.split("\n").map((line) => line === "" ? ">" : `> ${line}`).join("\n");
}

/**
 * A screen without what differs between any two runs: times, ages, ports, how wide a column is for them, and in a workflow how
 * it installs the program, which depends on whether this version has been released.
 */
export function steady(text: string): string {
  return text
    .replaceAll(/- name: Install Showtime[\s\S]*?(?=\n *- name:)/g, "- name: Install Showtime")
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d[:-]\d\d/g, "TIME")
    .replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:PORT")
    .replaceAll("just now", "1m ago")
    .replaceAll(/\b(?:\d+[dhms] ?)+\b/g, "AGE ")
    .replaceAll(/ +/g, " ")
    .trim();
}
