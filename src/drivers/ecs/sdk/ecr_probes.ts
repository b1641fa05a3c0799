/**
 * Permission probes for images, like those of `probes.ts`: they name a tag, a layer and an upload that do not
 * exist.
 */

import {
  BatchCheckLayerAvailabilityCommand,
  BatchDeleteImageCommand,
  BatchGetImageCommand,
  CompleteLayerUploadCommand,
  DescribeImagesCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
  GetDownloadUrlForLayerCommand,
  PutImageCommand,
  UploadLayerPartCommand,
} from "@aws-sdk/client-ecr";
import type { EcrAddress } from "../images/ecr_address.ts";
import { clientOptions } from "./client.ts";
import type { PermissionProbe } from "./probes.ts";

const NO_LAYER = `sha256:${"0".repeat(64)}`;
const NO_UPLOAD = "00000000-0000-0000-0000-000000000000";

/**
 * Makes the probes by action; `end` closes their client. `tag` is a tag of pull request 0. There is no probe
 * for `ecr:InitiateLayerUpload`, because that call always begins an upload.
 */
export function ecrProbes(
  { account, region, repository }: EcrAddress,
  { tag }: { readonly tag: string },
): { readonly probes: ReadonlyMap<string, PermissionProbe>; readonly end: () => void } {
  const ecr = new ECRClient(clientOptions(region));
  const where = { registryId: account, repositoryName: repository };
  const imageIds = [{ imageTag: tag }];
  const probes: [string, PermissionProbe][] = [
    [
      "ecr:GetAuthorizationToken",
      (abortSignal) =>
        ecr.send(new GetAuthorizationTokenCommand({ registryIds: [account] }), { abortSignal }),
    ],
    [
      "ecr:DescribeImages",
      (abortSignal) => ecr.send(new DescribeImagesCommand({ ...where, imageIds }), { abortSignal }),
    ],
    [
      "ecr:BatchDeleteImage",
      (abortSignal) => ecr.send(new BatchDeleteImageCommand({ ...where, imageIds }), { abortSignal }),
    ],
    [
      "ecr:BatchGetImage",
      (abortSignal) => ecr.send(new BatchGetImageCommand({ ...where, imageIds }), { abortSignal }),
    ],
    ["ecr:BatchCheckLayerAvailability", (abortSignal) =>
      ecr.send(
        new BatchCheckLayerAvailabilityCommand({ ...where, layerDigests: [NO_LAYER] }),
        { abortSignal },
      )],
    [
      "ecr:GetDownloadUrlForLayer",
      (abortSignal) =>
        ecr.send(new GetDownloadUrlForLayerCommand({ ...where, layerDigest: NO_LAYER }), { abortSignal }),
    ],
    ["ecr:UploadLayerPart", (abortSignal) =>
      ecr.send(
        new UploadLayerPartCommand({
          ...where,
          uploadId: NO_UPLOAD,
          partFirstByte: 0,
          partLastByte: 0,
          layerPartBlob: new Uint8Array(1),
        }),
        { abortSignal },
      )],
    ["ecr:CompleteLayerUpload", (abortSignal) =>
      ecr.send(
        new CompleteLayerUploadCommand({ ...where, uploadId: NO_UPLOAD, layerDigests: [NO_LAYER] }),
        { abortSignal },
      )],
    // ECR cannot store an empty manifest.
    ["ecr:PutImage", (abortSignal) =>
      ecr.send(
        new PutImageCommand({ ...where, imageTag: tag, imageManifest: "{}" }),
        { abortSignal },
      )],
  ];
  return { probes: new Map(probes), end: () => ecr.destroy() };
}
