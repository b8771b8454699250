import type { EvidenceFacts } from '../evidence/schema.ts'
import { takeInventory } from '../inventory/take-inventory.ts'
import type { MachineSnapshot } from '../machine/snapshot.ts'
import type { EffectiveConfig } from './effective-config.ts'

interface InventoryOnce {
  readonly loaded: EffectiveConfig
  /** Folder of bench.config.yaml. */
  readonly root: string
  /** The one that the run takes anyway. */
  readonly snapshot: Promise<MachineSnapshot>
  readonly append: (facts: EvidenceFacts) => void
}

/**
 * Takes the inventory beside the beginning of a run, which does not wait for it; resolves once it is written. One that
 * fails is an incident, never the run's end.
 */
export async function inventoryOnce({ loaded, root, snapshot, append }: InventoryOnce): Promise<void> {
  try {
    append({ kind: 'inventory', ...(await takeInventory({ config: loaded.config, root, snapshot })) })
  } catch (error) {
    try {
      append({
        kind: 'incident',
        what: `No inventory was taken: ${(error as Error).message}`,
        remedy: '`npx bench-memo inventory` takes one.',
      })
    } catch {
      // The run's evidence was closed meanwhile, as by a rerun, which takes its own.
    }
  }
}
