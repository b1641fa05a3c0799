/**
 * The person's browser: programs that BROWSER names, and the system's opener.
 *
 * What must not happen here: a shell line, an address that is no web address, a token in the child's
 * environment, waiting for the person to close the browser.
 *
 * @module
 */

export { type BrowserOptions, makeBrowser } from "./browser.ts";
