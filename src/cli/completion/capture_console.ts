/** Returns the text that `print` writes with `console.log`, the only output of the completion package. */
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
