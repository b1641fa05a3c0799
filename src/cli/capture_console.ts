/** Returns what `print` writes with `console.log`: the completion package knows no other way out. */
export function captureConsole(print: () => void): string {
  const lines: string[] = [];
  const { log } = console;
  console.log = (...parts: readonly unknown[]) => {
    lines.push(parts.map(String).join(" "));
  };
  try {
    print();
  } finally {
    console.log = log;
  }
  return lines.join("\n");
}
