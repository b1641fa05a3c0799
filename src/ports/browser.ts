/** Shows web pages to the person at this machine. */
export interface Browser {
  /**
   * Opens an address in the person's browser. Returns false if none could be started: there is none, or this process may
   * not start it.
   */
  open(url: string): Promise<boolean>;
}
