import type { Http } from "../../../ports/http.ts";
import type { ContextSettings } from "../../core/settings.ts";
import type { PullComments } from "../../ports/comments.ts";
import type { ContextPorts } from "../context_ports.ts";

/** The things that firing events works with. */
export interface EventPorts extends Pick<ContextPorts, "store" | "clock" | "actor" | "random"> {
  readonly http: Http;
  /** Undefined without a token or a repository. */
  readonly comments: PullComments | undefined;
  readonly settings: Pick<
    ContextSettings,
    | "slack"
    | "templates"
    | "trigger"
    | "capture"
    | "http"
    | "secretData"
    | "secretUrls"
    | "unresolved"
    | "redact"
    | "configData"
  >;
}
