import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { call } from "./call.ts";
import { clientOptions } from "./client.ts";

/** The account and the ARN that own the credentials. */
export interface CallerIdentity {
  readonly account: string;
  readonly arn: string;
}

/** Makes the one STS call that Showtime uses, GetCallerIdentity, which needs no permission. */
export async function callerIdentity(region: string, signal: AbortSignal): Promise<CallerIdentity> {
  const client = new STSClient(clientOptions(region));
  try {
    const { Account = "", Arn = "" } = await call(
      { action: "Asking AWS whose credentials these are", permission: "sts:GetCallerIdentity", region },
      () => client.send(new GetCallerIdentityCommand({}), { abortSignal: signal }),
      signal,
    );
    return { account: Account, arn: Arn };
  } finally {
    client.destroy();
  }
}
