/**
 * A small OAuth server (RFC 6749 with PKCE, RFC 7636) over HTTP. Its access tokens are JWTs that a real Superset takes
 * for its own: both know the key.
 */

/** The options of {@link startIdentityProvider}. */
export interface ProviderOptions {
  /** The key that Superset signs tokens with: `JWT_SECRET_KEY`. */
  readonly key: string;
  readonly clientId: string;
  readonly clientSecret?: string;
  /** How the client gives its secret. */
  readonly secretIn?: "header" | "form";
  /** The account on the instance that tokens are for. */
  readonly subject?: string;
  readonly lifeSeconds?: number;
  /** Whether each use of a refresh token replaces it. */
  readonly rotates?: boolean;
  readonly givesRefreshTokens?: boolean;
}

/** A request for tokens, as the provider saw it. */
export interface TokenRequest {
  readonly grant: string;
  readonly accepted: boolean;
  readonly error?: string;
  /** The names of the fields, sorted. */
  readonly fields: readonly string[];
  readonly accept: string | null;
}

/** A running provider. */
export interface IdentityProvider {
  readonly url: string;
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
  readonly requests: readonly TokenRequest[];
  /** The refresh tokens that are valid. */
  readonly refreshTokens: ReadonlySet<string>;
  /** Makes all refresh tokens invalid. */
  expireRefreshTokens(): void;
  /** Changes the parameters of the next answer to a login: an attack, or a broken provider. */
  tamper(change: (answer: URLSearchParams) => void): void;
  /** Logs in as a person with a browser does: opens the address, and follows where it leads. Returns the last page. */
  logIn(address: string): Promise<{ readonly status: number; readonly text: string }>;
  stop(): Promise<void>;
}

interface Code {
  readonly challenge: string;
  readonly redirect: string;
}

/** Starts a provider on loopback. */
export function startIdentityProvider(options: ProviderOptions): IdentityProvider {
  const { clientId, rotates = true, givesRefreshTokens = true } = options;
  const codes = new Map<string, Code>();
  const refreshTokens = new Set<string>();
  const requests: TokenRequest[] = [];
  let tampering: ((answer: URLSearchParams) => void) | undefined;

  function authorize(url: URL): Response {
    const get = (name: string) => url.searchParams.get(name) ?? "";
    const redirect = get("redirect_uri");
    if (get("client_id") !== clientId || !/^http:\/\/127\.0\.0\.1:\d+\//.test(redirect)) {
      return new Response("unknown client", { status: 400 });
    }
    const answer = new URLSearchParams({ state: get("state"), iss: url.origin });
    if (
      get("response_type") !== "code" || get("code_challenge_method") !== "S256" ||
      get("code_challenge") === ""
    ) {
      answer.set("error", "invalid_request");
    } else {
      const code = crypto.randomUUID();
      codes.set(code, { challenge: get("code_challenge"), redirect });
      answer.set("code", code);
    }
    tampering?.(answer);
    tampering = undefined;
    return new Response(null, { status: 302, headers: { location: `${redirect}?${answer}` } });
  }

  async function token(request: Request): Promise<Response> {
    const form = new URLSearchParams(await request.text());
    const grant = form.get("grant_type") ?? "";
    const log = { grant, fields: [...form.keys()].sort(), accept: request.headers.get("accept") };
    const refuse = (error: string, status = 400) => {
      requests.push({ ...log, accepted: false, error });
      return Response.json({ error }, { status });
    };
    if (!isClient(request, form, options)) return refuse("invalid_client", 401);
    if (grant === "authorization_code") {
      const code = codes.get(form.get("code") ?? "");
      codes.delete(form.get("code") ?? "");
      const challenge = await sha256(form.get("code_verifier") ?? "");
      if (code === undefined || code.challenge !== challenge || code.redirect !== form.get("redirect_uri")) {
        return refuse("invalid_grant");
      }
    } else if (grant === "refresh_token") {
      const given = form.get("refresh_token") ?? "";
      if (!refreshTokens.has(given)) return refuse("invalid_grant");
      if (rotates) refreshTokens.delete(given);
    } else if (grant !== "client_credentials") return refuse("unsupported_grant_type");
    requests.push({ ...log, accepted: true });
    const refresh =
      grant === "client_credentials" || !givesRefreshTokens || grant === "refresh_token" && !rotates
        ? undefined
        : `refresh-${crypto.randomUUID()}`;
    if (refresh !== undefined) refreshTokens.add(refresh);
    const life = options.lifeSeconds ?? 900;
    return Response.json({
      access_token: await signToken(options.key, { subject: options.subject ?? "1", lifeSeconds: life }),
      token_type: "Bearer",
      expires_in: life,
      id_token: "not.a.token",
      ...(refresh === undefined ? {} : { refresh_token: refresh }),
    });
  }

  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const url = new URL(request.url);
    if (request.method === "GET" && url.pathname === "/authorize") return authorize(url);
    if (request.method === "POST" && url.pathname === "/token") return token(request);
    return new Response("not found", { status: 404 });
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  return {
    url,
    authorizationUrl: `${url}/authorize`,
    tokenUrl: `${url}/token`,
    requests,
    refreshTokens,
    expireRefreshTokens: () => refreshTokens.clear(),
    tamper: (change) => {
      tampering = change;
    },
    async logIn(address) {
      const page = await fetch(address);
      return { status: page.status, text: await page.text() };
    },
    stop: () => server.shutdown(),
  };
}

function isClient(request: Request, form: URLSearchParams, options: ProviderOptions): boolean {
  const { clientId, clientSecret, secretIn = "header" } = options;
  if (clientSecret === undefined) return form.get("client_id") === clientId && !form.has("client_secret");
  if (secretIn === "form") {
    return form.get("client_id") === clientId && form.get("client_secret") === clientSecret;
  }
  // RFC 6749, 2.3.1: both parts are encoded as in a form before they are joined.
  const given = atob(/^Basic (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1] ?? "").split(":");
  return given.map((part) => new URLSearchParams(`x=${part}`).get("x")).join(":") ===
    `${clientId}:${clientSecret}`;
}

/** Signs an access token as Superset's own library does. */
async function signToken(
  key: string,
  { subject, lifeSeconds }: { readonly subject: string; readonly lifeSeconds: number },
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    ...{ fresh: true, iat: now, jti: crypto.randomUUID(), type: "access", sub: subject, nbf: now },
    ...{ csrf: crypto.randomUUID(), exp: now + lifeSeconds },
  };
  const text = [{ alg: "HS256", typ: "JWT" }, claims].map((part) => base64Url(encode(JSON.stringify(part))))
    .join(".");
  const secret = await crypto.subtle.importKey("raw", encode(key), { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
  ]);
  return `${text}.${base64Url(new Uint8Array(await crypto.subtle.sign("HMAC", secret, encode(text))))}`;
}

async function sha256(text: string): Promise<string> {
  return base64Url(new Uint8Array(await crypto.subtle.digest("SHA-256", encode(text))));
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
