import { hostOf, shownHost } from "../../../environments/core/environment/stable_url.ts";
import { AppError } from "../../../lib/errors.ts";
import { type Finding, foundError, foundOk, foundWrong } from "../../../lib/finding.ts";
import type { UrlAnswer } from "../route/ask_url.ts";
import { FIRST_PRIORITY, loadBalancerOf } from "../route/names.ts";
import { countGroups, MANY_GROUPS, MOST_GROUPS, readRules } from "../route/rules.ts";
import type { LoadBalancerFacts, LoadBalancingCalls } from "../sdk/load_balancing.ts";
import type { NetworkCalls } from "../sdk/network.ts";

/** The settings of the load balancer that the diagnosis checks. */
export interface DiagnosedBalancer {
  readonly region: string;
  readonly listener: string;
  readonly certificateCheck: boolean;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  /** The port that the application listens on. */
  readonly port: number;
  /** The address of a pull request, from `environment.url`. */
  readonly sampleUrl: string;
}

/** The calls of the diagnosis. */
export interface BalancerTools {
  readonly elb: Pick<LoadBalancingCalls, "listener" | "loadBalancer" | "rules">;
  readonly network: Pick<NetworkCalls, "zones" | "letsIn">;
  readonly askUrl: (url: string, signal: AbortSignal) => Promise<UrlAnswer>;
}

const NAME = "load balancer";

/**
 * Checks listener, rules, availability zones, security groups, name and certificate of the load balancer.
 * Missing permission for a check that only doctor makes is not a failure.
 */
export async function diagnoseBalancer(
  tools: BalancerTools,
  config: DiagnosedBalancer,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const listener = await look(NAME, () => checkListener(tools, config, signal), signal);
  const facts = await tools.elb.loadBalancer(loadBalancerOf(config.listener), signal).catch((error) => {
    signal.throwIfAborted();
    return foundError(NAME, error);
  });
  if ("status" in facts) return [listener.status === "ok" ? facts : listener];
  return [
    listener,
    await look(`${NAME}: rules`, () => checkRules(tools, config, signal), signal),
    await look(`${NAME}: zones`, () => checkZones(tools, { config, facts }, signal), signal),
    await look(`${NAME}: security groups`, () => checkGroups(tools, { config, facts }, signal), signal),
    judgeName(await tools.askUrl(config.sampleUrl, signal), { config, facts }),
  ];
}

async function look(name: string, check: () => Promise<Finding>, signal: AbortSignal): Promise<Finding> {
  try {
    return await check();
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof AppError) || error.code !== "permission") return foundError(name, error);
    const action = /permission (\S+)/.exec(error.message)?.[1] ?? "an action";
    return foundOk(name, `not checked: ${action} is not allowed, and only doctor uses it`);
  }
}

async function checkListener(
  { elb }: BalancerTools,
  { listener, region, sampleUrl }: DiagnosedBalancer,
  signal: AbortSignal,
): Promise<Finding> {
  const found = await elb.listener(listener, signal);
  if (found === undefined) {
    return foundWrong(NAME, `there is no listener ${listener} in ${region}`, {
      fix: 'Correct ecs.load_balancer.listener; "aws elbv2 describe-listeners --load-balancer-arn ' +
        `${loadBalancerOf(listener)} --region ${region}" lists the existing ones`,
    });
  }
  const scheme = sampleUrl.startsWith("https:") ? "HTTPS" : "HTTP";
  const said = `${found.protocol} on port ${found.port}`;
  if (found.protocol === scheme) return foundOk(NAME, said);
  return foundWrong(
    NAME,
    `the listener speaks ${said}, and environment.url begins with ${scheme.toLowerCase()}://`,
    {
      status: "warning",
      fix:
        `Name a listener for ${scheme} in ecs.load_balancer.listener, unless something before it speaks ${scheme}`,
    },
  );
}

async function checkRules(
  { elb }: BalancerTools,
  { listener, sampleUrl }: DiagnosedBalancer,
  signal: AbortSignal,
): Promise<Finding> {
  const rules = readRules(await elb.rules(listener, signal));
  const hiding = rules.find(({ priority, hosts }) =>
    priority < FIRST_PRIORITY && hosts.some((host) => host.includes("*") && covers(host, hostOf(sampleUrl)))
  );
  if (hiding !== undefined) {
    return foundWrong(`${NAME}: rules`, `the rule for ${hiding.hosts.join(", ")} comes before all others`, {
      fix:
        "Give it a priority above those of environments, such as 50000, or put its action into the default rule",
    });
  }
  const count = countGroups(rules);
  const said = `${count} of ${MOST_GROUPS} target groups in rules of the listener`;
  if (count < MANY_GROUPS) return foundOk(`${NAME}: rules`, said);
  return foundWrong(`${NAME}: rules`, `${said}; AWS does not raise this limit`, {
    status: "warning",
    fix: 'Remove environments ("showtime cleanup"), or put some onto another load balancer',
  });
}

/** Whether a pattern with `*` and `?` fits a host. */
function covers(pattern: string, host: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*").replaceAll("?", ".");
  return new RegExp(`^${escaped}$`, "i").test(host);
}

async function checkZones(
  { network }: BalancerTools,
  { config, facts }: { readonly config: DiagnosedBalancer; readonly facts: LoadBalancerFacts },
  signal: AbortSignal,
): Promise<Finding> {
  const zones = await network.zones(config.subnets, signal);
  const missing = [...zones].filter(([, zone]) => !facts.zones.includes(zone));
  if (missing.length === 0) return foundOk(`${NAME}: zones`, [...facts.zones].sort().join(", "));
  const subnets = missing.map(([subnet, zone]) => `${subnet} (${zone})`).join(", ");
  return foundWrong(
    `${NAME}: zones`,
    `it does not send people to tasks in ${subnets}: the zone is not enabled for it`,
    {
      fix:
        "Enable the zones for the load balancer (aws elbv2 set-subnets), or leave the subnets out of ecs.subnets",
    },
  );
}

async function checkGroups(
  { network }: BalancerTools,
  { config, facts }: { readonly config: DiagnosedBalancer; readonly facts: LoadBalancerFacts },
  signal: AbortSignal,
): Promise<Finding> {
  const { securityGroups: to, port } = config;
  const from = facts.securityGroups;
  if (await network.letsIn({ to, from, port }, signal)) {
    return foundOk(`${NAME}: security groups`, `the load balancer reaches port ${port}`);
  }
  return foundWrong(
    `${NAME}: security groups`,
    `${to.join(", ")} do not let the load balancer in on port ${port}`,
    {
      fix: `Allow port ${port} from ${from.join(" or ") || "the load balancer"}: aws ec2 ` +
        `authorize-security-group-ingress --group-id ${to[0] ?? ""} --protocol tcp --port ${port} ` +
        `--source-group ${from[0] ?? ""}`,
    },
  );
}

/**
 * Judges the answer to a request by the name of a pull request: any answer shows that the name leads
 * somewhere.
 */
function judgeName(
  seen: UrlAnswer,
  { config, facts }: { readonly config: DiagnosedBalancer; readonly facts: LoadBalancerFacts },
): Finding {
  const name = "environment.url";
  const { sampleUrl, certificateCheck } = config;
  const host = shownHost(sampleUrl).replace(/:\d+$/, "");
  const wildcard = `*.${host.split(".").slice(1).join(".")}`;
  switch (seen.kind) {
    case "status":
      return foundOk(name, `${host} answers`);
    case "dns":
      return foundWrong(name, `there is no host ${host}`, {
        fix: `Point ${wildcard} to ${facts.dnsName}, as a CNAME or an alias record`,
      });
    case "certificate":
      return certificateCheck
        ? foundWrong(name, `the certificate for ${host} is not trusted`, {
          fix:
            `Add a certificate for ${wildcard} to the listener, or set ecs.load_balancer.certificate_check to false`,
        })
        : foundOk(name, `${host} answers; its certificate is not checked`);
    case "other":
      return foundWrong(name, `${host}: ${seen.answer}`, {
        status: "warning",
        fix: `Check that ${host} leads to ${facts.dnsName}, and that its security groups let people in`,
      });
  }
}
