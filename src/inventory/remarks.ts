import type { BenchConfig } from '../config/schema.ts'
import { isSameTag } from '../config/tag.ts'
import type { DiscoveredRuntime } from '../config/with-discovered.ts'

/** What is worth knowing, and what to do about it. */
export interface Remark {
  readonly what: string
  readonly remedy: string
}

/** A gateway speaks the same API and passes prompts on: only the config can say that this one does not. */
export function remarkOnUnknownKind(config: BenchConfig, found: readonly DiscoveredRuntime[]): Remark[] {
  if (!Object.values(config.workloads).some(({ privacy }) => privacy === 'private')) return []
  return found
    .filter(({ kind }) => kind === 'openai-compatible')
    .map(({ endpoint }) => ({
      what: `${endpoint} speaks OpenAI's API and is of no known kind; it may pass prompts on, so it joined no private workload.`,
      remedy: 'If it keeps prompts on the premises, make it a runtime of the config with location: local.',
    }))
}

/** So many lanes at every workload take hours. */
const manyModels = 10

/** Every model that is found becomes a lane at every workload: with a full server the run may not end today. */
export function remarkOnMany(found: readonly DiscoveredRuntime[], wanted: string | undefined): Remark[] {
  const models = found.flatMap((each) => each.models)
  if (wanted || models.length <= manyModels) return []
  return [
    {
      what: `${models.length} models were found, and each joins as a lane at every workload, which may take very long.`,
      remedy: 'Set LOCAL_MODEL_TAG to the one that matters, or name runtimes and lanes in the config without discover.',
    },
  ]
}

/** LOCAL_MODEL_TAG says which model this machine is to use; that nothing has it is worth knowing. */
export function remarkOnWanted(
  config: BenchConfig,
  found: readonly DiscoveredRuntime[],
  wanted: string | undefined,
): Remark[] {
  if (!wanted) return []
  const known = [...found.flatMap(({ models }) => models), ...Object.values(config.lanes).map(({ model }) => model)]
  return known.some((tag) => isSameTag(tag, wanted))
    ? []
    : [
        {
          what: `LOCAL_MODEL_TAG asks for ${wanted}, which no lane and no runtime found here has.`,
          remedy: 'Fetch the model, correct the variable, or correct the lanes: else work meant for it goes elsewhere.',
        },
      ]
}
