/** The most bytes that a file with a secret has. A private key of 16,384 bits has 13,000. */
const LARGEST = 64 * 1024;

/**
 * Reads the secret that a configuration refers to by `${file:PATH}`, without the line break at its end. A pipe, a device and
 * a large file are refused before they are read, since they may never end. Throws the error of the system, or Error.
 */
export function readReferencedSecret(path: string): string {
  const { isFile, size } = Deno.statSync(path);
  if (!isFile) throw new Error("it is not a regular file");
  if (size > LARGEST) throw new Error(`it has ${size} bytes, and the limit is ${LARGEST}`);
  return Deno.readTextFileSync(path).replace(/\r?\n$/, "");
}
