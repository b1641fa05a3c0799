import {
  BatchDeleteImageCommand,
  BatchGetImageCommand,
  DescribeImagesCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
  GetDownloadUrlForLayerCommand,
} from "@aws-sdk/client-ecr";
import { AppError, EXIT } from "../../../lib/errors.ts";
import type { EcrAddress } from "../images/ecr_address.ts";
import { type Attempt, awsErrorMessage, awsErrorName } from "../errors.ts";
import { call, callForSome } from "./call.ts";
import { clientOptions } from "./client.ts";
import { type Page, readPages } from "./paging.ts";

const NO_IMAGE = "ImageNotFoundException";
const NO_REPOSITORY = "RepositoryNotFoundException";
const MANIFESTS = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];
/** The most images that ECR returns in one page. */
const IMAGES_A_PAGE = 1000;

/** A tagged image of the repository. Images that lost their tags to later ones are not included. */
export interface EcrImage {
  readonly tags: readonly string[];
  /** The time of the push, in milliseconds since 1970. */
  readonly pushedAt: number | undefined;
}

/** The result of deleting one tag. */
export type EcrDeletion =
  | { readonly kind: "deleted" }
  | { readonly kind: "absent" }
  | { readonly kind: "refused"; readonly code: string; readonly reason: string };

/**
 * The ECR calls that Showtime makes for one repository. Each call names the account, because it may differ
 * from the account of the credentials.
 */
export class EcrCalls {
  readonly #client: ECRClient;
  readonly #address: EcrAddress;

  constructor(address: EcrAddress) {
    this.#client = new ECRClient(clientOptions(address.region));
    this.#address = address;
  }

  /** Whether an image has a tag. Throws AppError `repository_not_found` (exit code 2). */
  async hasTag(tag: string, signal: AbortSignal): Promise<boolean> {
    const attempt = this.#attempt(`Looking for the image "${this.#name(tag)}"`, "ecr:DescribeImages");
    const found = await callForSome({ ...attempt, absent: [NO_IMAGE] }, async () => {
      const command = new DescribeImagesCommand({ ...this.#repository(), imageIds: [{ imageTag: tag }] });
      try {
        return await this.#client.send(command, { abortSignal: signal });
      } catch (error) {
        throw awsErrorName(error) === NO_REPOSITORY ? this.#noRepository(attempt.action, error) : error;
      }
    }, signal);
    return found !== undefined;
  }

  /** Lists every image that has a tag, from all pages. Returns no images if the repository does not exist. */
  async images(signal: AbortSignal): Promise<readonly EcrImage[]> {
    return await readPages((nextToken) => this.#page(nextToken, signal));
  }

  /** Reads a manifest by tag or digest; undefined if there is no such image. */
  async manifest(
    id: { readonly imageTag: string } | { readonly imageDigest: string },
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const name = "imageTag" in id ? this.#name(id.imageTag) : `${this.#name()}@${id.imageDigest}`;
    const attempt = this.#attempt(`Reading the image "${name}"`, "ecr:BatchGetImage");
    const command = new BatchGetImageCommand({
      ...this.#repository(),
      imageIds: [id],
      acceptedMediaTypes: MANIFESTS,
    });
    const answer = await callForSome(
      { ...attempt, absent: [NO_REPOSITORY] },
      () => this.#client.send(command, { abortSignal: signal }),
      signal,
    );
    const manifest = answer?.images?.[0]?.imageManifest;
    const failure = answer?.failures?.[0];
    if (manifest !== undefined || failure === undefined || failure.failureCode === "ImageNotFound") {
      return manifest;
    }
    const { failureCode = "", failureReason = "" } = failure;
    throw new AppError("aws_failed", `${attempt.action}: ECR answers ${failureCode} (${failureReason})`);
  }

  /** Returns an address at which a layer or a configuration can be read for a while, without a login. */
  async downloadUrl(layerDigest: string, signal: AbortSignal): Promise<string | undefined> {
    const attempt = this.#attempt(
      `Reading the configuration ${layerDigest} in ${this.#name()}`,
      "ecr:GetDownloadUrlForLayer",
    );
    const command = new GetDownloadUrlForLayerCommand({ ...this.#repository(), layerDigest });
    const answer = await call(attempt, () => this.#client.send(command, { abortSignal: signal }), signal);
    return answer.downloadUrl;
  }

  /** Removes a tag. ECR deletes the image with its last tag. */
  async deleteTag(tag: string, signal: AbortSignal): Promise<EcrDeletion> {
    const attempt = this.#attempt(`Removing the image "${this.#name(tag)}"`, "ecr:BatchDeleteImage");
    const command = new BatchDeleteImageCommand({ ...this.#repository(), imageIds: [{ imageTag: tag }] });
    const answer = await callForSome(
      { ...attempt, absent: [NO_REPOSITORY] },
      () => this.#client.send(command, { abortSignal: signal }),
      signal,
    );
    if (answer === undefined) return { kind: "absent" };
    const failure = answer.failures?.[0];
    if (failure?.failureCode === "ImageNotFound") return { kind: "absent" };
    if (failure !== undefined) {
      const { failureCode: code = "", failureReason: reason = "" } = failure;
      return { kind: "refused", code, reason: awsErrorMessage(reason) };
    }
    const deleted = answer.imageIds?.some(({ imageTag }) => imageTag === tag) ?? false;
    return deleted
      ? { kind: "deleted" }
      : { kind: "refused", code: "", reason: "it does not confirm the deletion" };
  }

  /** Returns a name and a password for the registry, in base64, valid for the next 12 hours. */
  async authorizationToken(signal: AbortSignal): Promise<string> {
    const { host, account } = this.#address;
    const attempt = this.#attempt(`Logging in to ECR at ${host}`, "ecr:GetAuthorizationToken");
    const command = new GetAuthorizationTokenCommand({ registryIds: [account] });
    const answer = await call(attempt, () => this.#client.send(command, { abortSignal: signal }), signal);
    const token = answer.authorizationData?.[0]?.authorizationToken;
    if (token !== undefined) return token;
    throw new AppError("aws_failed", `${attempt.action}: AWS answers without a token`, {
      hint: "Run the command again; check what AWS_ENDPOINT_URL points to",
    });
  }

  async #page(nextToken: string | undefined, signal: AbortSignal): Promise<Page<EcrImage>> {
    const attempt = this.#attempt(`Listing the images of ${this.#name()}`, "ecr:DescribeImages");
    const command = new DescribeImagesCommand({
      ...this.#repository(),
      filter: { tagStatus: "TAGGED" },
      maxResults: IMAGES_A_PAGE,
      ...(nextToken === undefined ? {} : { nextToken }),
    });
    const page = await callForSome(
      { ...attempt, absent: [NO_REPOSITORY] },
      () => this.#client.send(command, { abortSignal: signal }),
      signal,
    );
    const items = (page?.imageDetails ?? []).map(({ imageTags, imagePushedAt }): EcrImage => ({
      tags: imageTags ?? [],
      pushedAt: imagePushedAt?.getTime(),
    }));
    return { items, nextToken: page?.nextToken };
  }

  #attempt(action: string, permission: string): Attempt {
    return { action, permission, region: this.#address.region };
  }

  #repository(): { readonly registryId: string; readonly repositoryName: string } {
    return { registryId: this.#address.account, repositoryName: this.#address.repository };
  }

  #name(tag?: string): string {
    const { host, repository } = this.#address;
    return `${host}/${repository}${tag === undefined ? "" : `:${tag}`}`;
  }

  #noRepository(action: string, cause: unknown): AppError {
    const { account, region, repository } = this.#address;
    const state = `the account ${account} has no ECR repository "${repository}" in ${region}`;
    return new AppError("repository_not_found", `${action}: ${state}`, {
      exitCode: EXIT.usage,
      cause,
      hint:
        `Create it (aws ecr create-repository --region ${region} --repository-name ${repository}), or correct build.image`,
    });
  }
}
