import type { Context, Hono } from "hono";
import { AppError } from "../../../lib/errors.ts";
import { callerOf, keyOf, type ServerContext } from "../../http/server_context.ts";
import type { Html } from "../elements.ts";
import { localPath, renderLogin } from "./login_page.ts";

const COOKIE = "showtime_key";
/** A browser keeps the key for this many seconds. */
const KEPT_S = 30 * 24 * 3600;

/** Adds the routes that take a key into a cookie, and remove it. No script can read the cookie. */
export function addLogin(
  app: Hono,
  { server, page, ownPage }: {
    readonly server: ServerContext;
    readonly page: (
      context: Context,
      shown: { readonly title: string; readonly content: Html; readonly status?: 403 },
    ) => Response | Promise<Response>;
    /** Throws AppError unless a page of this server sent the request. */
    readonly ownPage: (context: Context) => void;
  },
): void {
  const { publicUrl } = server.ports.settings;
  const isSecure = ({ req }: Context) =>
    new URL(req.url).protocol === "https:" || req.header("x-forwarded-proto") === "https" ||
    publicUrl?.startsWith("https:") === true;
  const userOf = async ({ req }: Context) => {
    if (keyOf(req.raw) === undefined) return undefined;
    try {
      return (await callerOf(server, req.raw, { action: "read" })).name;
    } catch (error) {
      if (error instanceof AppError && error.code === "key_refused") return undefined;
      throw error;
    }
  };
  app.get("/login", async (context) => {
    const back = localPath(context.req.query("back"));
    return page(context, { title: "Log in", content: renderLogin({ back, user: await userOf(context) }) });
  });
  app.post("/login", async (context) => {
    ownPage(context);
    const form = await context.req.parseBody();
    const key = String(form["key"] ?? "").trim();
    const back = localPath(String(form["back"] ?? ""));
    const role = /^[\w.~+/=-]{1,500}$/.test(key)
      ? await server.access.roleOf(key, context.req.raw.signal)
      : undefined;
    if (role === undefined || role === "worker") {
      const problem = role === undefined
        ? "The server does not know this key."
        : "This is the key of a worker. It opens no page.";
      const content = renderLogin({ back, user: undefined, problem });
      return page(context, { title: "Log in", content, status: 403 });
    }
    context.header("set-cookie", cookie(key, { isSecure: isSecure(context), seconds: KEPT_S }));
    return context.redirect(back, 303);
  });
  app.post("/logout", (context) => {
    ownPage(context);
    context.header("set-cookie", cookie("", { isSecure: isSecure(context), seconds: 0 }));
    return context.redirect("/login", 303);
  });
}

/** Writes the cookie. The name and every character of a key stand for themselves in it. */
function cookie(
  key: string,
  { isSecure, seconds }: { readonly isSecure: boolean; readonly seconds: number },
): string {
  return `${COOKIE}=${key}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${isSecure ? "; Secure" : ""}`;
}
