import type { InventoryFacts, InventoryModel } from '../evidence/inventory-schema.ts'
import { ladder } from './lane-assessment.ts'

/** How far a listed model got, and by what that is known. */
export interface ModelRung {
  readonly rung: (typeof ladder)[number]
  /** The lane of the latest memo that got so far; absent where the listing alone tells. */
  readonly lane?: string
}

/**
 * A listing proves `present`, and `loaded` where the runtime says so. That a model answered, or does so reliably, is
 * claimed only where the latest memo's lane asked for the same tag and its digest, or its weights, are the same. Pure.
 */
export function rungOf(model: InventoryModel, latest: InventoryFacts['latest']): ModelRung {
  const listed: ModelRung = { rung: model.loaded ? 'loaded' : 'present' }
  const proven = (latest?.lanes ?? [])
    .filter(({ requested_model, digest, weights_sha256 }) => {
      if (requested_model !== model.tag) return false
      if (digest !== undefined && model.digest !== undefined) return digest === model.digest
      return weights_sha256 !== undefined && weights_sha256 === model.weights_sha256
    })
    .filter(({ rung }) => rung === 'answered' || rung === 'reliable')
    .toSorted((one, other) => ladder.indexOf(other.rung) - ladder.indexOf(one.rung))[0]
  return proven ? { rung: proven.rung, lane: proven.lane } : listed
}
