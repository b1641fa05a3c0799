import { DescribeNetworkInterfacesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { call } from "./call.ts";
import { clientOptions, type ClientSetup } from "./client.ts";

/** The most values that EC2 accepts in one filter. */
const VALUES_A_FILTER = 200;

/** The one EC2 call that Showtime makes to run environments. */
export class Ec2Calls {
  readonly #client: EC2Client;
  readonly #region: string;

  constructor(region: string, setup: ClientSetup = {}) {
    this.#client = new EC2Client(clientOptions(region, setup));
    this.#region = region;
  }

  /**
   * Returns public IPv4 addresses by network interface. An interface that has none or is gone is left out.
   */
  async publicIps(interfaces: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const addresses = new Map<string, string>();
    for (let i = 0; i < interfaces.length; i += VALUES_A_FILTER) {
      // A filter instead of ids: one id of an interface that is gone would fail the whole call.
      const Filters = [{
        Name: "network-interface-id",
        Values: interfaces.slice(i, i + VALUES_A_FILTER),
      }];
      const found = await call(
        {
          action: "Looking for public addresses",
          permission: "ec2:DescribeNetworkInterfaces",
          region: this.#region,
        },
        () => this.#client.send(new DescribeNetworkInterfacesCommand({ Filters }), { abortSignal: signal }),
        signal,
      );
      for (const { NetworkInterfaceId, Association } of found.NetworkInterfaces ?? []) {
        if (NetworkInterfaceId !== undefined && Association?.PublicIp !== undefined) {
          addresses.set(NetworkInterfaceId, Association.PublicIp);
        }
      }
    }
    return addresses;
  }
}
