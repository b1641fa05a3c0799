/** A real SMTP server of a test's own, which keeps what it is sent. */

import { SMTPServer } from "smtp-server";

/** A mail as it arrived. */
export interface ReceivedMail {
  /** The sender and the receivers of the envelope. */
  readonly from: string;
  readonly to: readonly string[];
  /** The header fields as lines, unfolded. */
  readonly headers: readonly string[];
  /** Headers and bodies as they came. */
  readonly text: string;
}

/** A running server. */
export interface SmtpServer extends AsyncDisposable {
  readonly port: number;
  readonly mails: readonly ReceivedMail[];
}

/** Starts a server that takes mail without a login. */
export async function startSmtp(port = 0): Promise<SmtpServer> {
  const mails: ReceivedMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    logger: false,
    // deno-lint-ignore layers/few-parameters -- the parameters are those of the package
    onData(stream, { envelope: { mailFrom, rcptTo } }, done) {
      (async () => {
        const decoder = new TextDecoder();
        let text = "";
        for await (const part of stream) text += decoder.decode(part, { stream: true });
        const head = text.slice(0, text.indexOf("\r\n\r\n"));
        mails.push({
          from: mailFrom === false ? "" : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          headers: head.replace(/\r\n[ \t]+/g, " ").split("\r\n"),
          text,
        });
      })().then(() => done(), done);
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.on("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.server.address();
  if (address === null || typeof address === "string") throw new Error("The mail server has no port");
  return {
    port: address.port,
    mails,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(resolve)),
  };
}
