/** AWS's prices as data: on demand, Linux, in US dollars an hour. `cost.prices` replaces any of them. */

/** An architecture of Fargate. */
export type Architecture = "X86_64" | "ARM64";

/** The prices of one hour on ECS. */
export interface HourlyPrices {
  /** Of one virtual CPU. */
  readonly vcpu: number;
  /** Of one GB of memory. */
  readonly gb: number;
  /** Of one public IPv4 address. */
  readonly address: number;
  /** Of an Application Load Balancer, without what it is used for. */
  readonly loadBalancer: number;
}

/** The day on which the prices were compiled. */
export const PRICES_DATE = "2026-09-20";

/** The price of a public IPv4 address, the same in every region. */
const ADDRESS = 0.005;

/** The price of a load balancer where the table does not name one: that of us-east-1. */
const LOAD_BALANCER = 0.0225;
const LOAD_BALANCERS: Readonly<Record<string, number>> = {
  "eu-west-1": 0.0252,
  "eu-central-1": 0.027,
  "ap-northeast-1": 0.0243,
};

/** Of a virtual CPU and of one GB on X86_64, then on ARM64 where that price is known. */
type Row = readonly [number, number] | readonly [number, number, number, number];

const IRELAND: Row = [0.04048, 0.004445, 0.03238, 0.00356];
const FRANKFURT: Row = [0.04656, 0.00511, 0.03725, 0.00409];
const TOKYO: Row = [0.05056, 0.00553, 0.04045, 0.00442];
const PARIS: Row = [0.0486, 0.0053, 0.0389, 0.0042];

const TABLE: Readonly<Record<string, Row>> = {
  "us-east-1": IRELAND,
  "us-east-2": IRELAND,
  "us-west-1": FRANKFURT,
  "us-west-2": IRELAND,
  "eu-west-1": IRELAND,
  "eu-west-2": FRANKFURT,
  "eu-west-3": PARIS,
  "eu-central-1": FRANKFURT,
  "eu-north-1": [0.0445, 0.0049, 0.0356, 0.0039],
  "eu-south-1": PARIS,
  "ap-northeast-1": TOKYO,
  "ap-northeast-2": FRANKFURT,
  "ap-southeast-1": TOKYO,
  "ap-southeast-2": [0.04856, 0.00532, 0.03885, 0.00426],
  "ap-south-1": [0.04256, 0.004655, 0.03405, 0.00372],
  "ap-east-1": [0.0556, 0.0061],
  "ca-central-1": [0.04456, 0.004865, 0.03565, 0.00389],
  "sa-east-1": [0.0696, 0.0076, 0.0557, 0.00612],
  "me-south-1": [0.0526, 0.0058],
  "af-south-1": [0.0546, 0.006],
};

/** Finds the prices of a region; undefined if the table does not have them for that architecture. */
export function findPrices(
  region: string | undefined,
  architecture: Architecture,
): HourlyPrices | undefined {
  const row = region === undefined || !Object.hasOwn(TABLE, region) ? undefined : TABLE[region];
  if (region === undefined || row === undefined) return undefined;
  const [vcpu, gb] = architecture === "X86_64" ? row : [row[2], row[3]];
  if (vcpu === undefined || gb === undefined) return undefined;
  return { vcpu, gb, address: ADDRESS, loadBalancer: LOAD_BALANCERS[region] ?? LOAD_BALANCER };
}
