/** Returns links to the pages of the AWS Console that show an environment, by title. */
export function consoleLinks(
  service: string,
  at: { readonly region: string; readonly cluster: string; readonly logGroup: string | undefined },
): Readonly<Record<string, string>> {
  const { region, cluster, logGroup } = at;
  const base = `https://${region}.${consoleDomain(region)}`;
  const part = encodeURIComponent;
  const page = `${base}/ecs/v2/clusters/${part(cluster)}/services/${part(service)}`;
  return {
    service: `${page}/health?region=${region}`,
    tasks: `${page}/tasks?region=${region}`,
    ...(logGroup === undefined ? {} : {
      logs: `${base}/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/${
        part(part(logGroup)).replaceAll("%", "$")
      }`,
    }),
  };
}

/** Returns the console's domain: China and GovCloud have their own. */
function consoleDomain(region: string): string {
  if (region.startsWith("cn-")) return "console.amazonaws.cn";
  return region.startsWith("us-gov-") ? "console.amazonaws-us-gov.com" : "console.aws.amazon.com";
}
