import { locationOf, runtimeOf } from '../config/location.ts'
import type { BenchConfig } from '../config/schema.ts'
import { canonicalJson } from './read.ts'
import { sha256 } from './stored-text.ts'

/**
 * sha256 of all in the config that says what a lane is: kind and place of its runtime, model, pins, options of a
 * request. Evidence that was taken under other settings is of another lane, whatever its name. Endpoints are left out:
 * runs of several machines may be merged. Pure.
 */
export function laneOptionsSha256(config: BenchConfig, lane: string): string {
  const settings = config.lanes[lane]
  if (!settings) return sha256('')
  const { model, response_model, weights, digest, context, temperature, seed, think, structured_output, prefix_cache } =
    settings
  const options = {
    model,
    response_model,
    weights,
    digest,
    context,
    temperature,
    seed,
    think,
    structured_output,
    prefix_cache,
  }
  return sha256(canonicalJson({ kind: runtimeOf(config, lane).kind, location: locationOf(config, lane), ...options }))
}
