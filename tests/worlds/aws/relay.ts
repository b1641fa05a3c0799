/**
 * Stands in front of moto and adds what moto lacks against the real ECS. Everything else goes through as it came, the
 * signature's headers untouched.
 *
 * | | moto's | the relay's |
 * |---|---|---|
 * | all calls | the wire, the answers, most refusals, who may call what | counts, delays, faults; refusals of its policies in the service's own words |
 * | CreateService | the service and its tags, unknown subnets and groups | a second one of the name, the client token, a namesake that drains, an inactive revision, characters in tags |
 * | UpdateService | the settings | the second deployment, the whole ARN, a service that is not active, an inactive revision |
 * | DeleteService | INACTIVE | DRAINING for a while before |
 * | DescribeServices | names, tags, network | ten at most; status, counts, deployments, roll-out, circuit breaker, events |
 * | ListServices | the ARNs | pages of 10, no INACTIVE ones, none of a cluster whose name only ends alike |
 * | RunTask | the task, its network interface and tags | the same task for a client token, unknown containers, the task's life to its exit code (the scheduler asks moto itself: `fargate.ts`) |
 * | ListTasks | the cluster | the service's own tasks, by what they are to be, stopped ones for a while; pages |
 * | DescribeTasks | the interface's details, tags | states, codes and reasons of stopping, containers, health, times, MISSING |
 * | RegisterTaskDefinition | the revision | sizes that Fargate has not, role for the log, characters in tags, a secret of a variable's name, numbers that never come again |
 * | DescribeTaskDefinition | the definition | when it was registered |
 * | ListTaskDefinitions, -Families | the lists | pages; a family without a revision of that status is not listed |
 * | ECR DescribeImages, ListImages | the images | pages |
 * | iam:PassRole, ecs:TagResource on creation | - | checked against the user's inline policies, where that is asked for |
 * | EC2, CloudWatch Logs, IAM, STS | all of it | - |
 *
 * @module
 */

import { type Ask, type Rules, Turns } from "./ask.ts";
import { CallLog } from "./call_log.ts";
import { denial, faultRefusal, Faults, isDone } from "./faults.ts";
import { type HttpListener, listenHttp } from "./http_listener.ts";
import { cutPage, PAGED } from "./rules/paging.ts";
import type { PolicyCheck } from "./rules/policy_check.ts";
import {
  jsonAnswer,
  type Operation,
  readJson,
  readOperation,
  Refusal,
  refuse,
  toWireRequest,
  type WireRequest,
  type WireResponse,
} from "./wire.ts";

/** What changes services or definitions goes one by one. */
const CHANGING = new Set([
  "CreateService",
  "UpdateService",
  "DeleteService",
  "RegisterTaskDefinition",
  "DeleteTaskDefinitions",
  "ListTaskDefinitions",
  "ListTaskDefinitionFamilies",
]);

/** What a relay is made of. */
export interface RelayOptions {
  /** Where moto is. */
  readonly target: string;
  /** Answers to operations of ECS. */
  readonly rules: Rules;
  readonly policies?: PolicyCheck | undefined;
}

/** moto said no: its answer goes to whoever asked, as it is. */
class Passed extends Error {
  readonly response: WireResponse;

  constructor(response: WireResponse) {
    super(`moto refused: ${response.status}`);
    this.response = response;
  }
}

/** The server between the SDK and moto. */
export class Relay {
  readonly calls = new CallLog();
  readonly faults = new Faults();
  /** How long each call takes at least, in machine milliseconds. */
  delayMs = 0;
  readonly #options: RelayOptions;
  readonly #listener: HttpListener;
  /** A door of its own, not a path: the path is part of what is signed. */
  readonly #aside: HttpListener;
  // With a client of its own, fetch leaves the Host header as it is: it is part of what is signed.
  readonly #client = Deno.createHttpClient({ allowHost: true });
  readonly #turns = new Turns();

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#listener = listenHttp((request) => this.#answerCounted(request));
    this.#aside = listenHttp((request) => this.#answer(request));
  }

  /** Where the product is sent: `AWS_ENDPOINT_URL`. */
  get url(): string {
    return this.#listener.url;
  }

  /** Where the world itself asks: these calls are not counted, and nothing goes wrong with them. */
  get asideUrl(): string {
    return this.#aside.url;
  }

  /** Answers as the server at {@link url} does. */
  async handle(request: Request): Promise<Response> {
    const answered = await this.#answerCounted(await toWireRequest(request));
    if (answered === undefined) throw new TypeError("connection closed before message completed");
    return new Response(answered.body, { status: answered.status, headers: answered.headers });
  }

  async close(): Promise<void> {
    await this.#listener.close();
    await this.#aside.close();
    this.#client.close();
  }

  async #answerCounted(request: WireRequest): Promise<WireResponse | undefined> {
    const operation = readOperation(request);
    const { service, name, input } = operation;
    const call = { service, operation: name, input, at: Date.now(), status: undefined };
    this.calls.add(call);
    if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs));
    const response = await this.#withFaults(request, operation);
    return Object.assign(call, { status: response?.status }).status === undefined ? undefined : response;
  }

  async #withFaults(request: WireRequest, operation: Operation): Promise<WireResponse | undefined> {
    const fault = this.faults.take(operation);
    if (fault?.kind === "held") await fault.until;
    if (fault === undefined || fault.kind === "held") return await this.#answer(request);
    if (fault.kind === "stale") return jsonAnswer(fault.body);
    if (isDone(fault)) await this.#answer(request);
    const refusal = faultRefusal(fault, operation);
    return refusal === undefined ? undefined : refuse(refusal, operation);
  }

  async #answer(request: WireRequest): Promise<WireResponse> {
    const operation = readOperation(request);
    const { service, name, input } = operation;
    const rule = service === "ecs" ? this.#options.rules[name] : undefined;
    const page = PAGED[`${service}:${name}`];
    const ask: Ask = {
      input,
      forward: async () => {
        const response = await this.#forward(request);
        if (response.status >= 400) throw new Passed(response);
        return readJson(new TextDecoder().decode(response.body));
      },
    };
    try {
      await this.#options.policies?.check(operation);
      if (rule === undefined && page === undefined) {
        return this.#reword(await this.#forward(request), operation);
      }
      const act = async () => await (rule === undefined ? ask.forward() : rule(ask));
      const whole = CHANGING.has(name) && service === "ecs" ? await this.#turns.take(act) : await act();
      return jsonAnswer(page === undefined ? whole : cutPage(whole as Ask["input"], { rule: page, input }));
    } catch (error) {
      if (error instanceof Passed) return this.#reword(error.response, operation);
      if (error instanceof Refusal) return refuse(error, operation);
      throw error;
    }
  }

  async #forward({ method, path, headers, body }: WireRequest): Promise<WireResponse> {
    const response = await fetch(`${this.#options.target}${path}`, {
      method,
      headers,
      client: this.#client,
      ...(method === "GET" || method === "HEAD" ? {} : { body }),
    });
    const answered = new Uint8Array(await response.arrayBuffer());
    const kept = new Headers();
    for (const name of ["content-type", "x-amzn-requestid", "x-amzn-errortype"]) {
      const value = response.headers.get(name);
      if (value !== null) kept.set(name, value);
    }
    return { status: response.status, headers: kept, body: answered };
  }

  /** moto refuses a user in XML, whatever the service speaks. */
  #reword(response: WireResponse, operation: Operation): WireResponse {
    if (response.status !== 401 && response.status !== 403) return response;
    const said = new TextDecoder().decode(response.body);
    const code = /<Code>([^<]*)</.exec(said)?.[1] ?? "";
    const user = /User: (\S+) is not/.exec(said)?.[1];
    const action = /perform: (\S+?)[<\s]/.exec(said)?.[1];
    if (code === "AccessDenied") {
      return refuse(
        denial(
          { ...(user === undefined ? {} : { user }), ...(action === undefined ? {} : { action }) },
          operation,
        ),
        operation,
      );
    }
    const json = {
      InvalidClientTokenId: new Refusal(
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
      ),
      SignatureDoesNotMatch: new Refusal(
        "InvalidSignatureException",
        "The request signature we calculated does not match the signature you provided.",
      ),
    }[code];
    return json === undefined || operation.protocol !== "json" ? response : refuse(json, operation);
  }
}
