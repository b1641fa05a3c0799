/** Logins: tokens, sessions, CSRF tokens, and the rights of roles. */

import { jwtError, message, Refusal, type Reply } from "./answers.ts";
import { FACTS, type Kind, KINDS, type Profile } from "../state/kinds.ts";
import { hasRight, rightsOf, type Role, type User } from "../state/users.ts";

/** The sender of a request. */
export interface Visitor {
  /** Undefined for an anonymous visitor. */
  readonly user: User | undefined;
  readonly role: Role;
  /** Whether the session cookie is the login. */
  readonly bySession: boolean;
}

interface Token {
  readonly user: User;
  readonly use: "access" | "refresh";
  readonly expires: number;
}

interface Session {
  readonly csrf: string;
  readonly user: User | undefined;
}

/** The request, as far as a login is read from it. */
export interface LoginRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: unknown;
  readonly form: FormData | undefined;
}

/** The settings of accounts. */
export interface AccountSettings {
  readonly profile: Profile;
  readonly users: readonly User[];
  /** Whether the Public role has the rights of Gamma: the server then ignores tokens where these suffice. */
  readonly publicRole: boolean;
  readonly tokenSeconds: number;
  readonly now: () => number;
}

/** The accounts of a server, with everything that is logged in. */
export class Accounts {
  readonly #settings: AccountSettings;
  readonly #tokens = new Map<string, Token>();
  readonly #sessions = new Map<string, Session>();
  #count = 0;

  constructor(settings: AccountSettings) {
    this.#settings = settings;
  }

  /** Answers the requests that log in; undefined for all others. */
  answer(request: LoginRequest): Reply | undefined {
    switch (`${request.method} ${request.path}`) {
      case "POST /api/v1/security/login":
        return this.#login(request.body);
      case "POST /api/v1/security/refresh":
        return {
          status: 200,
          body: { access_token: this.#issue(this.#bearer(request.headers, "refresh"), "access") },
        };
      case "GET /api/v1/security/csrf_token/":
        return this.#csrf(request);
      case "GET /login/":
        return this.#loginPage();
      case "POST /login/":
        return this.#loginForm(request);
      default:
        return undefined;
    }
  }

  /**
   * Returns the visitor for a request that needs a right. Where the Public role has the right, the token is not looked at.
   * Throws {@link Refusal}.
   */
  visitor(
    { headers }: LoginRequest,
    needs: { readonly kind: Kind; readonly right: string } | undefined,
  ): Visitor {
    const session = this.#session(headers)?.user;
    if (session !== undefined) return { user: session, role: session.role, bySession: true };
    const open = needs === undefined || hasRight("Gamma", needs);
    if (this.#settings.publicRole && open) return { user: undefined, role: "Gamma", bySession: false };
    const user = this.#bearer(headers, "access");
    return { user, role: user.role, bySession: false };
  }

  /** Refuses a write without the session's CSRF token. */
  checkCsrf({ headers, path }: LoginRequest): void {
    const sent = headers.get("x-csrftoken") ?? headers.get("x-csrf-token");
    const session = this.#session(headers);
    const why = sent === null
      ? "The CSRF token is missing."
      : session === undefined
      ? "The CSRF session token is missing."
      : session.csrf === sent
      ? undefined
      : "The CSRF tokens do not match.";
    if (why === undefined) return;
    const isJson = headers.get("content-type")?.includes("json") ?? false;
    throw new Refusal(
      isJson
        ? {
          status: 400,
          body: { errors: [{ message: `400 Bad Request: ${why}`, error_type: "GENERIC_BACKEND_ERROR" }] },
        }
        : { status: 302, body: "", headers: { location: `/login/?next=${encodeURIComponent(path)}` } },
    );
  }

  /** Ends all sessions and tokens, as a server with a new key does. */
  forget(): void {
    this.#sessions.clear();
    this.#tokens.clear();
  }

  #login(body: unknown): Reply {
    if (typeof body !== "object" || body === null) return message(400, "Request payload is not JSON");
    const { username, password, provider, refresh } = body as Record<string, unknown>;
    if (provider === undefined) return message(500, "Fatal error");
    if (provider !== "db") {
      return message(400, { provider: ["Alternative authentication provider is not allowed"] });
    }
    const user = this.#find(username, password);
    if (user === undefined) return message(401, "Not authorized");
    return {
      status: 200,
      body: {
        access_token: this.#issue(user, "access"),
        ...(refresh === true ? { refresh_token: this.#issue(user, "refresh") } : {}),
      },
    };
  }

  #find(username: unknown, password: unknown): User | undefined {
    return this.#settings.users.find((user) => user.username === username && user.password === password);
  }

  #issue(user: User, use: Token["use"]): string {
    const issued = Math.floor(this.#settings.now() / 1000);
    const seconds = use === "access" ? this.#settings.tokenSeconds : 30 * 86_400;
    const claims = {
      sub: String(user.id),
      iat: issued,
      exp: issued + seconds,
      type: use,
      jti: ++this.#count,
    };
    const token = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}.${part({ simulated: true })}`;
    this.#tokens.set(token, { user, use, expires: (issued + seconds) * 1000 });
    return token;
  }

  #bearer(headers: Headers, use: Token["use"]): User {
    const header = headers.get("authorization");
    if (header === null) throw new Refusal(jwtError(401, "Missing Authorization Header"));
    const token = this.#tokens.get(header.replace(/^Bearer /, ""));
    if (token === undefined) throw new Refusal(jwtError(422, "Signature verification failed"));
    if (token.use !== use) throw new Refusal(jwtError(422, `Only ${use} tokens are allowed`));
    if (token.expires <= this.#settings.now()) throw new Refusal(jwtError(401, "Token has expired"));
    return token.user;
  }

  #session(headers: Headers): Session | undefined {
    const id = /(?:^|;\s*)session=([^;]+)/.exec(headers.get("cookie") ?? "")?.[1];
    return id === undefined ? undefined : this.#sessions.get(id);
  }

  #open(user: User | undefined): { readonly id: string; readonly session: Session } {
    const id = crypto.randomUUID();
    const session = { csrf: crypto.randomUUID(), user };
    this.#sessions.set(id, session);
    return { id, session };
  }

  #csrf(request: LoginRequest): Reply {
    this.visitor(request, undefined);
    const known = this.#session(request.headers);
    if (known !== undefined) return { status: 200, body: { result: known.csrf } };
    const { id, session } = this.#open(undefined);
    return { status: 200, body: { result: session.csrf }, headers: cookie(id) };
  }

  #loginPage(): Reply {
    const { id, session } = this.#open(undefined);
    return {
      status: 200,
      body: `<form><input id="csrf_token" name="csrf_token" type="hidden" value="${session.csrf}"></form>`,
      headers: cookie(id),
    };
  }

  #loginForm({ headers, form }: LoginRequest): Reply {
    const user = this.#find(form?.get("username"), form?.get("password"));
    const valid = this.#session(headers)?.csrf === form?.get("csrf_token");
    if (!valid || user === undefined) {
      return { status: 302, body: "", headers: { location: "/login/?next=%2Flogin%2F" } };
    }
    return { status: 302, body: "", headers: { location: "/", ...cookie(this.#open(user).id) } };
  }
}

function part(value: unknown): string {
  return btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function cookie(id: string): Readonly<Record<string, string>> {
  return { "set-cookie": `session=${id}; HttpOnly; Path=/; SameSite=Lax` };
}

/** Answers `/me/` and `/me/roles/`. Superset before 6.1 refuses them to a token. */
export function describeVisitor(
  { user, role, bySession }: Visitor,
  { profile, withRoles }: { readonly profile: Profile; readonly withRoles: boolean },
): Reply {
  if (profile === "6.0" && !bySession) return message(401, "Not authorized");
  if (user === undefined) {
    const anonymous = withRoles
      ? { isActive: false, isAnonymous: true, roles: {} }
      : { is_active: false, is_anonymous: true };
    return { status: 200, body: { result: anonymous } };
  }
  const { id, username } = user;
  const about = { id, username, email: `${username}@example.org` };
  if (!withRoles) {
    return { status: 200, body: { result: { ...about, is_active: true, is_anonymous: false } } };
  }
  const granted = KINDS.flatMap((kind) => rightsOf(role, kind).map((right) => [right, FACTS[kind].resource]));
  return {
    status: 200,
    body: { result: { ...about, isActive: true, roles: { [role]: granted }, permissions: {} } },
  };
}
