import type { BenchConfig, GatesConfig } from './schema.ts'

const gateDefaults = {
  identity: { required: true },
  context: { required: true },
  validity: { required: true, consecutive: 25 },
  quality: { required: true, minimum_share: 0.9, minimum_records: 25 },
  latency: { required: true, minimum_records: 5 },
  memory: { required: true },
  worker: { required: true },
} as const satisfies GatesConfig

type Defaults = typeof gateDefaults
type Resolved<Gate extends keyof Defaults> = Omit<NonNullable<GatesConfig[Gate]>, keyof Defaults[Gate]> & {
  [Key in keyof Defaults[Gate]]: Defaults[Gate][Key] extends boolean ? boolean : number
}
/** Every gate's settings for one workload: built-in defaults, then the config's `gates`, then the workload's own. */
export type ResolvedGates = { [Gate in keyof Defaults]: Resolved<Gate> }
/** What a gate is called in config, evidence and memo. */
export type GateName = keyof ResolvedGates
/** In the order in which a memo lists them. */
export const gateNames = Object.keys(gateDefaults) as readonly GateName[]

/** Settings of all gates for a workload; a name that the config does not have gets the shared ones. */
export function gatesFor(config: BenchConfig, workload: string): ResolvedGates {
  const own = config.workloads[workload]?.gates
  return Object.fromEntries(
    gateNames.map((gate) => [gate, { ...gateDefaults[gate], ...config.gates[gate], ...own?.[gate] }]),
  ) as ResolvedGates
}
