import { invalid } from "../ask.ts";
import { Refusal, text, type WireObject } from "../wire.ts";

/** What Fargate offers: `from` to `to` MiB of memory in steps, for so many CPU units. */
const SIZES: Readonly<Record<number, { readonly from: number; readonly to: number; readonly step: number }>> =
  {
    512: { from: 1024, to: 4096, step: 1024 },
    1024: { from: 2048, to: 8192, step: 1024 },
    2048: { from: 4096, to: 16384, step: 1024 },
    4096: { from: 8192, to: 30720, step: 1024 },
    8192: { from: 16384, to: 61440, step: 4096 },
    16384: { from: 32768, to: 122880, step: 8192 },
  };
const SMALLEST = [512, 1024, 2048];

/** Refuses a definition for Fargate that Fargate could not run. */
export function checkFargate(input: WireObject): void {
  const compatible = input["requiresCompatibilities"];
  if (!Array.isArray(compatible) || !compatible.includes("FARGATE")) return;
  if (input["networkMode"] !== "awsvpc") {
    throw new Refusal("ClientException", "Fargate only supports network mode ‘awsvpc’.");
  }
  const [cpu, memory] = [readCpu(input["cpu"]), readMemory(input["memory"])];
  if (cpu === undefined || memory === undefined) {
    throw new Refusal(
      "ClientException",
      "Fargate requires that 'cpu' and 'memory' be defined at the task level.",
    );
  }
  if (!isOffered(cpu, memory)) {
    throw new Refusal(
      "ClientException",
      `No Fargate configuration exists for given values: ${cpu} CPU, ${memory} memory. ` +
        "See the Amazon ECS documentation for the valid values.",
    );
  }
  if (usesAwslogs(input) && text(input["executionRoleArn"]) === undefined) {
    throw new Refusal(
      "ClientException",
      "Fargate requires task definition to have execution role ARN to support log driver awslogs.",
    );
  }
}

function isOffered(cpu: number, memory: number): boolean {
  if (cpu === 256) return SMALLEST.includes(memory);
  const size = SIZES[cpu];
  return size !== undefined && memory >= size.from && memory <= size.to &&
    (memory - size.from) % size.step === 0;
}

function usesAwslogs(input: WireObject): boolean {
  return JSON.stringify(input["containerDefinitions"] ?? []).includes('"logDriver":"awslogs"');
}

function readCpu(value: unknown): number | undefined {
  return readAmount(value, { unit: /\s*v?cpu$/i });
}

function readMemory(value: unknown): number | undefined {
  return readAmount(value, { unit: /\s*gb$/i });
}

/** `256`, or `.25 vCPU`, of which 1024 make one. */
function readAmount(value: unknown, { unit }: { readonly unit: RegExp }): number | undefined {
  if (value === undefined) return undefined;
  const raw = String(value);
  const amount = unit.test(raw) ? Number(raw.replace(unit, "")) * 1024 : Number(raw);
  if (Number.isFinite(amount)) return amount;
  throw invalid(`Invalid setting "${raw}".`);
}
