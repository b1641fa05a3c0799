import { readWhole } from "../../lib/read_whole.ts";

/** Fetches a page as a browser does; undefined if nothing answers with success. */
export async function fetchPage(url: string): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(5_000);
    const answer = await fetch(url, { signal });
    const page = await readWhole(answer, { mostBytes: 1024 * 1024, signal });
    return answer.ok ? new TextDecoder().decode(page) : undefined;
  } catch {
    return undefined;
  }
}
