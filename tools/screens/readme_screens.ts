/** The places of the screens in the pages of the documentation. */

/** A screen in a page: the lines after its mark, up to the first empty line or the end of the block. */
const SCREEN = /^(<!-- screen: (\w+) -->\n)((?:```\w*\n(?:(?!```).*\n)*```|(?:>.*\n?)+))/gm;

/** Finds the screens of a page, by name, as they stand there. */
export function findScreens(markdown: string): ReadonlyMap<string, string> {
  return new Map(
    [...markdown.matchAll(SCREEN)].map(([, , name = "", block = ""]) => [name, block.trimEnd()]),
  );
}

/** Puts the screens in their places. Throws if the page has the place of a screen that does not exist. */
export function replaceScreens(markdown: string, texts: ReadonlyMap<string, string>): string {
  return markdown.replace(SCREEN, (_whole, mark: string, name: string, block: string) => {
    const text = texts.get(name);
    if (text === undefined) {
      throw new Error(`A page has the place of a screen "${name}", which does not exist`);
    }
    return `${mark}${renderBlock(text, /^```\w*/.exec(block)?.[0])}${block.endsWith("\n") ? "\n" : ""}`;
  });
}

/** Renders a screen as a page shows it: in a block that is opened by `fence`, or quoted, as Markdown is. */
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
