import { html } from "hono/html";
import { type Html, plain } from "../elements.ts";

/** Returns the path to go back to after a log-in: only one of this server, `/` for any other address. */
export function localPath(asked: string | undefined): string {
  const own = "http://own.invalid";
  // Browsers read a backslash as a slash: //host and /\host would lead to another server.
  const url = asked?.startsWith("/") ? URL.parse(asked, own) : null;
  if (url === null || url.origin !== own || url.pathname.startsWith("//")) return "/";
  return `${url.pathname}${url.search}${url.hash}`;
}

/** Renders the page that takes a key, or says which one is in use. */
export function renderLogin(
  { back, user, problem }: {
    readonly back: string;
    /** The name of the key in use; undefined without one. */
    readonly user: string | undefined;
    readonly problem?: string;
  },
): Html {
  return html`
    <h1>Log in</h1>
    ${problem === undefined ? "" : html`<p id="problem" role="alert" class="note">${plain(problem)}</p>`}
    ${user === undefined ? "" : html`
      <form method="post" action="/logout" data-whole>
        <p>The key <b>${plain(user)}</b> is in use.
      <button id="do-logout">Log out</button></p>
      </form>
    `}
    <form method="post" action="/login" class="play"
      data-whole><input type="hidden" name="back" value="${back}">
    <p><label for="key">Key</label> <input type="password" name="key" id="key" autocomplete="current-password" required size="40">
    <button class="primary" id="do-login">Log in</button></p></form>
    <p>An administrator of the server makes a key with <code>showtime keys add NAME --role read</code>. A key of the role
    <code>trigger</code> may also start, cancel and repeat builds.</p>
  `;
}
