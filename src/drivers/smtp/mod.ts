/**
 * SMTP: mail about builds.
 *
 * What must not happen here: a second attempt, or a login in a message. The package is loaded when the first mail is sent.
 * Next: `mailer.ts`, then `src/ports/mail.ts`.
 *
 * @module
 */

export { type MailerOptions, makeMailer } from "./mailer.ts";
