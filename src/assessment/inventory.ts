import type { BenchConfig } from '../config/schema.ts'
import { isSameTag } from '../config/tag.ts'
import type { InventoryFacts, InventoryRuntime } from '../evidence/inventory-schema.ts'
import type { Evidence } from '../evidence/schema.ts'
import { type ClientDifference, clientDifferences } from './client-differences.ts'
import { type ModelRung, rungOf } from './inventory-ladder.ts'

/** How far one listed model got. */
export interface InventoryRung extends ModelRung {
  readonly tag: string
  readonly runtime: InventoryRuntime['kind']
  readonly endpoint?: string
}

/** A lane of the config whose model no runtime lists, so that it is configured and no more. */
export interface UnlistedLane {
  readonly lane: string
  readonly model: string
  readonly why: string
}

/** What is here, held against the config. */
export interface InventoryAssessment {
  readonly inventory: InventoryFacts
  readonly rungs: readonly InventoryRung[]
  readonly unlisted_lanes: readonly UnlistedLane[]
  readonly client_differences: readonly ClientDifference[]
}

/** Pure. */
export function assessInventory(inventory: InventoryFacts, config: BenchConfig): InventoryAssessment {
  return {
    inventory,
    rungs: inventory.runtimes.flatMap(({ kind, endpoint, models }) =>
      models.map((model) => ({
        tag: model.tag,
        runtime: kind,
        ...(endpoint !== undefined && { endpoint }),
        ...rungOf(model, inventory.latest),
      })),
    ),
    unlisted_lanes: unlistedLanes(inventory, config),
    client_differences: clientDifferences(inventory.clients, config),
  }
}

/** The same, of a run. */
export interface RunInventory extends InventoryAssessment {
  readonly evidence_id: string
}

/** The run's last inventory; undefined where none was taken. */
export function inventoryOf(evidence: readonly Evidence[], config: BenchConfig): RunInventory | undefined {
  const last = evidence.findLast((each) => each.kind === 'inventory')
  if (last?.kind !== 'inventory') return undefined
  const { kind: _kind, id, run_id: _run, at: _at, ...facts } = last
  return { evidence_id: id, ...assessInventory(facts, config) }
}

function unlistedLanes({ runtimes }: InventoryFacts, config: BenchConfig): UnlistedLane[] {
  return Object.entries(config.lanes).flatMap(([lane, { runtime: name, model }]) => {
    const runtime = runtimes.find(({ names }) => names.includes(name))
    if (runtime?.models.some(({ tag }) => isSameTag(tag, model))) return []
    return [{ lane, model, why: whyUnlisted(runtime) }]
  })
}

function whyUnlisted(runtime: InventoryRuntime | undefined): string {
  if (!runtime) return 'its runtime was not looked at'
  if (runtime.state === 'in-process') return 'its weights are not here yet; a run fetches those of built-in models'
  if (runtime.state === 'ready') return `${runtime.kind} does not list it`
  return `${runtime.kind} is not ready: ${runtime.failure?.code ?? runtime.state}`
}
