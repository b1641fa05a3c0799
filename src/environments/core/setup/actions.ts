/**
 * The actions that workflows use, each by the commit of the version in its comment, because a tag can be
 * moved and a commit cannot.
 */

/** Fetches a commit into the runner's folder. */
export const CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1";
/** Exchanges the run's own identity for AWS credentials, so that none are stored. */
export const AWS_CREDENTIALS =
  "aws-actions/configure-aws-credentials@e6de054238d6b7531b4efff3b6587d9aade6a06c # v6.2.3";
