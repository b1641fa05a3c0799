import type { Permission } from "../../../lib/permission.ts";
import { ApiError, forbidden } from "../api_error.ts";
import { ROLES } from "./records.ts";
import type { Seed } from "../seed/seed.ts";

/** Who sends a request: undefined without a token. */
export type Actor = string | undefined;

/** Apps have a login that ends in `[bot]`. */
export function isBot(login: string): boolean {
  return login.endsWith("[bot]");
}

/** Whether `role` is at least `least`. */
export function atLeast(role: Permission, least: Permission): boolean {
  return ROLES.indexOf(role) <= ROLES.indexOf(least);
}

/** Tokens and roles: logins are compared without regard to case. */
export class People {
  readonly #seed: Seed;
  readonly #roles: ReadonlyMap<string, { readonly login: string; readonly role: Permission }>;

  constructor(seed: Seed) {
    this.#seed = seed;
    this.#roles = new Map(
      Object.entries(seed.collaborators).map(([login, role]) => [login.toLowerCase(), { login, role }]),
    );
  }

  /** The person behind an Authorization header. Throws where the header cannot be a token's. */
  actorOf(authorization: string | null): Actor {
    if (authorization === null || authorization.trim() === "") return undefined;
    const match = /^(?:bearer|token)\s+(\S+)$/i.exec(authorization.trim());
    const token = match?.[1];
    if (token === undefined) throw new ApiError("unauthorized", "Bad credentials");
    if (!Object.hasOwn(this.#seed.tokens, token)) return this.#seed.tokenOwner;
    const login = this.#seed.tokens[token];
    if (login === undefined || login === null) throw new ApiError("unauthorized", "Bad credentials");
    return login;
  }

  /** Roles given in the seed, by login. */
  collaborators(): readonly { readonly login: string; readonly role: Permission }[] {
    return [...this.#roles.values()].filter(({ role }) => role !== "none");
  }

  /** The role given in the seed, if any. */
  given(login: string): Permission | undefined {
    return this.#roles.get(login.toLowerCase())?.role;
  }

  /** What a person has on this repository: everybody may read a public one. */
  roleOf(login: string): Permission {
    const given = this.given(login);
    const floor = this.#seed.private ? "none" : "read";
    return given === undefined || given === "none" ? floor : given;
  }

  /** What a request may do: the token of an app writes wherever the app is installed. */
  rights(actor: Actor): Permission {
    if (actor === undefined) return this.#seed.private ? "none" : "read";
    return isBot(actor) && this.given(actor) === undefined ? "write" : this.roleOf(actor);
  }

  /** The login of somebody who is signed in and has at least that role; throws otherwise. */
  require(actor: Actor, least: Permission, options: { readonly message?: string } = {}): string {
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
