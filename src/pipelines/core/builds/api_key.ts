/** Keys for the server's HTTP interface. */

/** The permissions of a key. An admin may do everything. */
export type KeyRole = "worker" | "trigger" | "read" | "admin";

/** A key as the store has it: its hash, never its text. */
export interface ApiKey {
  readonly name: string;
  /** The SHA-256 of the key's text, in hexadecimal digits. */
  readonly hash: string;
  readonly role: KeyRole;
  /** The tags that a worker with this key may claim with; undefined for any. */
  readonly tags: readonly string[] | undefined;
  /** The pipelines that the key is limited to; undefined for all. */
  readonly pipelines: readonly string[] | undefined;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}
