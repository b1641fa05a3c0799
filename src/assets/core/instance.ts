/** An instance of Superset as the configuration describes it. */

/** The ways to log in (assets.md, "Instances"). Secrets are resolved when a login needs them. */
export type AuthSettings =
  | {
    readonly method: "password" | "session";
    readonly username: string;
    readonly password: string;
    readonly provider: "db" | "ldap";
  }
  | { readonly method: "token"; readonly token: string }
  | {
    readonly method: "client_credentials";
    readonly token_url: string;
    readonly client_id: string;
    readonly client_secret: string;
    readonly scope?: string | undefined;
  }
  | {
    readonly method: "oauth";
    readonly authorization_url: string;
    readonly token_url: string;
    readonly client_id: string;
    readonly client_secret?: string | undefined;
    readonly scope?: string | undefined;
    readonly redirect_port?: number | undefined;
  };

/** A rule that leads from the folder's vocabulary to the instance's: a prefix of schemas, catalogs or SQL names. */
export interface RewriteRule {
  readonly field: "schema" | "catalog" | "sql";
  readonly from: string;
  readonly to: string;
}

/** The settings of one instance. */
export interface InstanceSettings {
  readonly name: string;
  readonly url: string;
  readonly auth: AuthSettings;
  readonly databases: {
    /** The instance's database name by the folder's name. */
    readonly map: Readonly<Record<string, string>>;
    readonly missing: "fail" | "skip";
  };
  readonly rewrite: readonly RewriteRule[];
  /** `server` leaves the importing user among the owners; `keep` sets the owners as they were. */
  readonly owners: "server" | "keep";
}
