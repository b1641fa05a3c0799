/** An instance as it is written into `showtime.yml`. */

/** The keys of an instance, in the order of the file. Secrets are references. */
export interface WrittenInstance {
  readonly url: string;
  readonly insecure?: boolean;
  readonly auth: Readonly<Record<string, string | number>>;
}
