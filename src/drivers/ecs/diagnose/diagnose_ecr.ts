import { type Finding, foundOk, foundWrong } from "../../../lib/finding.ts";
import { completeAwsSettings } from "../../../environments/core/setup/mod.ts";
import type { Diagnosis } from "../../../environments/ports/diagnosis.ts";
import { askPermissions, permissionFindings, type Probed } from "./ask_permissions.ts";
import { describeCaller, findIdentity, policyResource } from "./diagnose.ts";
import { type EcrAddress, requireEcrAddress } from "../images/ecr_address.ts";
import { awsErrorName } from "../errors.ts";
import type { CallerIdentity } from "../sdk/sts.ts";

/** The options of {@link makeEcrDiagnosis}. */
export interface EcrDiagnosisOptions {
  /** The repository with its registry. */
  readonly image: string;
  /** A tag of pull request 0, which no image has. */
  readonly tag: string;
}

const NOT_ASKED = "; ecr:InitiateLayerUpload is not probed, because that would begin an upload";

/** Makes the diagnosis of ECR: whether images can be pushed, found and deleted there. */
export function makeEcrDiagnosis({ image, tag }: EcrDiagnosisOptions): Diagnosis {
  const address = requireEcrAddress(image);
  return {
    name: "registry",
    async diagnose(signal) {
      const identity = await findIdentity(address.region, signal);
      if ("status" in identity) return [{ ...identity, name: "registry" }];
      const { ecrProbes } = await import("../sdk/ecr_probes.ts");
      const { probes, end } = ecrProbes(address, { tag });
      try {
        const probed = await askPermissions(probes, address, signal);
        return [...registryFindings(address, identity, probed), ...rights(address, identity, probed)];
      } finally {
        end();
      }
    },
  };
}

/** Reports whether the repository exists, and whether it belongs to the account of the credentials. */
function registryFindings(
  { account, region, repository }: EcrAddress,
  identity: CallerIdentity,
  probed: ReadonlyMap<string, Probed>,
): readonly Finding[] {
  const absent = [...probed.values()].some((each) =>
    each.kind === "allowed" && awsErrorName(each.refusal?.cause) === "RepositoryNotFoundException"
  );
  if (absent) {
    return [
      foundWrong("registry", `the account ${account} has no ECR repository "${repository}" in ${region}`, {
        fix: "Correct build.image, or create it: " +
          `aws ecr create-repository --region ${region} --repository-name ${repository}`,
      }),
    ];
  }
  if (probed.get("ecr:DescribeImages")?.kind !== "allowed") return [];
  if (identity.account === account) return [foundOk("registry", `"${repository}" in ECR, ${region}`)];
  return [
    foundWrong(
      "registry",
      `"${repository}" in ECR belongs to the account ${account}, and the credentials belong to ${identity.account}`,
      {
        status: "warning",
        fix:
          `Correct build.image, or allow ${identity.account} to pull and push in that repository's own policy`,
      },
    ),
  ];
}

function rights(
  address: EcrAddress,
  identity: CallerIdentity,
  probed: ReadonlyMap<string, Probed>,
): readonly Finding[] {
  const place = completeAwsSettings({
    image: `${address.host}/${address.repository}`,
    region: address.region,
    cluster: undefined,
    container: undefined,
    subnets: [],
    securityGroups: [],
    logGroup: undefined,
    executionRole: undefined,
    taskRole: undefined,
  });
  return permissionFindings(probed, {
    name: "ECR permissions",
    caller: describeCaller(identity),
    resourceOf: (action) => policyResource(place, action),
    unasked: NOT_ASKED,
  });
}
