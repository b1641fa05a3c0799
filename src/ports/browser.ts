/** Shows web pages to the person at this machine. */
export interface Browser {
  /**
   * Opens an address in the person's browser. Returns false if no browser was started: the machine has no
   * browser, or this process may not start one.
   */
  open(url: string): Promise<boolean>;
}
