import { AppError, toError, usageError } from "../../lib/errors.ts";
import { maskUrlLogins } from "../../lib/url_login.ts";
import type { Mailer } from "../../ports/mail.ts";

/** The mail server and the sender. */
export interface MailerOptions {
  /** As `smtp://user:password@mail.example.org:587`; `smtps://` is encrypted from the start. */
  readonly url: string;
  /** The sender's address, as `Showtime <ci@example.org>`. */
  readonly from: string;
}

const TIMEOUT_MS = 20_000;

/** Makes the mailer. Throws AppError `smtp_url_invalid` (exit code 2). */
export function makeMailer({ url, from }: MailerOptions): Mailer {
  const parsed = URL.parse(url);
  if (parsed === null || !/^smtps?:$/.test(parsed.protocol)) {
    throw usageError(
      "smtp_url_invalid",
      `Reading the mail server's address: ${JSON.stringify(maskUrlLogins(url))} is no SMTP address`,
      "Write it as smtp://mail.example.org:25",
    );
  }
  const secure = parsed.protocol === "smtps:";
  return {
    async send(mail, signal) {
      signal.throwIfAborted();
      const { createTransport } = await import("nodemailer");
      const transport = createTransport({
        host: parsed.hostname,
        port: parsed.port === "" ? secure ? 465 : 25 : Number(parsed.port),
        secure,
        ...(parsed.username === "" ? {} : {
          auth: { user: decodeURIComponent(parsed.username), pass: decodeURIComponent(parsed.password) },
        }),
        connectionTimeout: TIMEOUT_MS,
        greetingTimeout: TIMEOUT_MS,
        socketTimeout: TIMEOUT_MS,
      });
      try {
        await transport.sendMail({ from, ...mail, to: [...mail.to] });
      } catch (cause) {
        throw new AppError(
          "mail_failed",
          `Sending mail by ${parsed.host}: ${maskUrlLogins(toError(cause).message)}`,
          { cause, retryable: true, hint: "Check SHOWTIME_SERVER__SMTP_URL and the mail server" },
        );
      } finally {
        transport.close();
      }
    },
  };
}
