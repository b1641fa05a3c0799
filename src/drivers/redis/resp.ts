/** The protocol of Redis in version 2: commands out, answers in. */

/** An answer. A missing value is null. */
export type Reply = string | number | null | readonly Reply[];

/** An error that Redis itself answered, so that the connection is as good as before. */
export class ReplyError extends Error {
  override readonly name = "ReplyError";
}

const LINE_END = new Uint8Array([13, 10]);
const encoder = new TextEncoder();

/** Encodes commands, each a list of words, as one block of bytes. */
export function encodeCommands(commands: readonly (readonly (string | number)[])[]): Uint8Array {
  const parts = commands.flatMap((words) => [
    encoder.encode(`*${words.length}\r\n`),
    ...words.flatMap((word) => {
      const bytes = encoder.encode(String(word));
      return [encoder.encode(`$${bytes.length}\r\n`), bytes, LINE_END];
    }),
  ]);
  return joined(parts);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** An answer with the place behind it. */
interface Parsed {
  readonly reply: Reply | ReplyError;
  readonly end: number;
}

/** Cuts a stream of bytes into answers. */
export class ReplyReader {
  #bytes = new Uint8Array(64 * 1024);
  #length = 0;
  /** Fewer bytes than these do not complete the next answer, so that a long one is not read again with each chunk. */
  #needed = 1;

  /** Takes bytes, and returns the answers that are whole by now. Throws Error if the bytes are not of Redis. */
  push(chunk: Uint8Array): readonly (Reply | ReplyError)[] {
    this.#append(chunk);
    const replies: (Reply | ReplyError)[] = [];
    let start = 0;
    while (this.#length - start >= this.#needed) {
      const parsed = this.#parse(start, start);
      if (parsed === undefined) break;
      replies.push(parsed.reply);
      start = parsed.end;
      this.#needed = 1;
    }
    this.#bytes.copyWithin(0, start, this.#length);
    this.#length -= start;
    return replies;
  }

  #append(chunk: Uint8Array): void {
    const length = this.#length + chunk.length;
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(chunk, this.#length);
    this.#length = length;
  }

  /** Parses the answer at a place; undefined if it is not whole yet. `start` is where the outermost answer begins. */
  #parse(at: number, start: number): Parsed | undefined {
    const line = this.#line(at, start);
    if (line === undefined) return undefined;
    const { text, end } = line;
    const content = text.slice(1);
    switch (text[0]) {
      case "+":
        return { reply: content, end };
      case "-":
        return { reply: new ReplyError(content), end };
      case ":":
        return { reply: numberOf(content), end };
      case "$": {
        const size = numberOf(content);
        if (size < 0) return { reply: null, end };
        if (this.#length < end + size + 2) return this.#wait(end + size + 2 - start);
        return { reply: decode(this.#bytes.subarray(end, end + size)), end: end + size + 2 };
      }
      case "*":
        return this.#parseList(numberOf(content), { end, start });
      default:
        throw new Error("Protocol error: the answer is not of Redis");
    }
  }

  #parseList(
    count: number,
    { end, start }: { readonly end: number; readonly start: number },
  ): Parsed | undefined {
    if (count < 0) return { reply: null, end };
    const list: Reply[] = [];
    let failure: ReplyError | undefined;
    let at = end;
    for (let index = 0; index < count; index++) {
      const parsed = this.#parse(at, start);
      if (parsed === undefined) return undefined;
      if (parsed.reply instanceof ReplyError) failure ??= parsed.reply;
      else list.push(parsed.reply);
      at = parsed.end;
    }
    // No script of the store answers with an error inside of a list.
    return { reply: failure ?? list, end: at };
  }

  #line(at: number, start: number): { readonly text: string; readonly end: number } | undefined {
    const end = this.#bytes.subarray(0, this.#length).indexOf(10, at);
    if (end < 0) return this.#wait(this.#length - start + 1);
    return { text: decode(this.#bytes.subarray(at, end - 1)), end: end + 1 };
  }

  #wait(needed: number): undefined {
    this.#needed = needed;
    return undefined;
  }
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function numberOf(text: string): number {
  const number = Number(text);
  if (text !== "" && Number.isSafeInteger(number)) return number;
  throw new Error("Protocol error: the answer is not of Redis");
}
