/**
 * The actions that workflows use, each by the commit of the version in its comment, because a tag can be
 * moved and a commit cannot.
 */

/** Fetches a commit into the runner's folder. */
export const CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1";
/** Exchanges the run's own identity for AWS credentials, so that none are stored. */
export const AWS_CREDENTIALS =
  "aws-actions/configure-aws-credentials@e6de054238d6b7531b4efff3b6587d9aade6a06c # v6.2.3";
/** Keeps files of a run, for other jobs and for people. */
export const UPLOAD_ARTIFACT = "actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0";
/** Fetches files that {@link UPLOAD_ARTIFACT} kept. */
export const DOWNLOAD_ARTIFACT =
  "actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1";
