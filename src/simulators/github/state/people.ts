import type { Permission } from "../../../lib/permission.ts";
import { ApiError, forbidden } from "../api_error.ts";
import { ROLES } from "./records.ts";
import type { Seed } from "../seed/seed.ts";

/** The login that sends a request; undefined for a request without a token. */
export type Account = string | undefined;

/** Whether a login is an app's, which ends in `[bot]`. */
export function isBot(login: string): boolean {
  return login.endsWith("[bot]");
}

/** Whether `role` is at least `least`. */
export function atLeast(role: Permission, least: Permission): boolean {
  return ROLES.indexOf(role) <= ROLES.indexOf(least);
}

/** The tokens and roles of people. Logins are compared without regard to letter case. */
export class People {
  readonly #seed: Seed;
  readonly #roles: ReadonlyMap<string, { readonly login: string; readonly role: Permission }>;

  constructor(seed: Seed) {
    this.#seed = seed;
    this.#roles = new Map(
      Object.entries(seed.collaborators).map(([login, role]) => [login.toLowerCase(), { login, role }]),
    );
  }

  /**
   * Returns the person behind an Authorization header. Throws 401 if the header has no token or its token is
   * refused.
   */
  actorOf(authorization: string | null): Account {
    if (authorization === null || authorization.trim() === "") return undefined;
    const match = /^(?:bearer|token)\s+(\S+)$/i.exec(authorization.trim());
    const token = match?.[1];
    if (token === undefined) throw new ApiError("unauthorized", "Bad credentials");
    if (!Object.hasOwn(this.#seed.tokens, token)) return this.#seed.tokenOwner;
    const login = this.#seed.tokens[token];
    if (login === undefined || login === null) throw new ApiError("unauthorized", "Bad credentials");
    return login;
  }

  /** Returns the people whom the seed gives a role other than none. */
  collaborators(): readonly { readonly login: string; readonly role: Permission }[] {
    return [...this.#roles.values()].filter(({ role }) => role !== "none");
  }

  /** Returns the role that the seed gives a person, or undefined if it gives none. */
  given(login: string): Permission | undefined {
    return this.#roles.get(login.toLowerCase())?.role;
  }

  /** Returns the role of a person on the repository. Everyone may read a public repository. */
  roleOf(login: string): Permission {
    const given = this.given(login);
    const floor = this.#seed.private ? "none" : "read";
    return given === undefined || given === "none" ? floor : given;
  }

  /**
   * Returns the role that a request acts with. An app's token may write unless the seed gives the app another
   * role.
   */
  rights(actor: Account): Permission {
    if (actor === undefined) return this.#seed.private ? "none" : "read";
    return isBot(actor) && this.given(actor) === undefined ? "write" : this.roleOf(actor);
  }

  /**
   * Returns the actor's login. Throws 401 if the request has no token, and 403 if the actor's role is below
   * `least`.
   */
  require(actor: Account, least: Permission, options: { readonly message?: string } = {}): string {
    if (actor === undefined) throw new ApiError("unauthorized", "Requires authentication");
    if (atLeast(this.rights(actor), least)) return actor;
    throw forbidden(
      options.message ??
        (isBot(actor)
          ? "Resource not accessible by integration"
          : "Resource not accessible by personal access token"),
    );
  }
}
