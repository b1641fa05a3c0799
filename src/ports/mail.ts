/** A mail with a text for people and the same as HTML. */
export interface Mail {
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Sends mail. */
export interface Mailer {
  /** Sends one mail, once. Throws AppError `mail_failed` (retryable). */
  send(mail: Mail, signal: AbortSignal): Promise<void>;
}
