import { builtInModels } from '../config/built-in-models.ts'
import { locationOf } from '../config/location.ts'
import { type BenchConfig, laneSchema } from '../config/schema.ts'
import { withDiscovered } from '../config/with-discovered.ts'
import { discover } from '../inventory/discover.ts'
import { UnknownName } from './candidate-lane.ts'

/** A config and the lane of it that runs a model. */
export interface LaneForModel {
  readonly config: BenchConfig
  readonly lane: string
}

/**
 * The lane that runs a model: one of the config (a local one before others), else one on a runtime that answers here,
 * else the embedded engine where it knows the model. @throws UnknownName where nothing here has it
 */
export async function laneForModel(
  config: BenchConfig,
  model: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<LaneForModel> {
  const own = laneOf(config, model)
  if (own !== undefined) return { config, lane: own }
  const { found } = await discover(config, { ...environment, LOCAL_MODEL_TAG: model })
  const discovered = withDiscovered(config, found)
  const lane = laneOf(discovered, model) ?? laneOf(discovered, `${model}:latest`)
  if (lane !== undefined) return { config: discovered, lane }
  if (builtInModels.includes(model)) {
    const runtimes = { ...config.runtimes, 'embedded-here': { kind: 'embedded' as const } }
    const embedded = laneSchema.parse({ runtime: 'embedded-here', model })
    return {
      config: { ...config, runtimes, lanes: { ...config.lanes, 'embedded-here': embedded } },
      lane: 'embedded-here',
    }
  }
  const known = new Set(Object.values(config.lanes).map((each) => each.model))
  throw new UnknownName(
    `no lane of the config and no runtime that answers here has the model ${model}${known.size > 0 ? `; the config has ${[...known].join(', ')}` : ''}`,
  )
}

function laneOf(config: BenchConfig, model: string): string | undefined {
  const lanes = Object.keys(config.lanes).filter((name) => config.lanes[name]?.model === model)
  return lanes.find((name) => locationOf(config, name) === 'local') ?? lanes[0]
}
