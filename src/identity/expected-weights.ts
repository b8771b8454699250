import { basename, resolve } from 'node:path'
import { ConfigError, type ConfigProblem } from '../config/config-error.ts'
import type { BenchConfig } from '../config/schema.ts'
import { shardsOf } from '../runtimes/llama-server-props.ts'
import { type HashWeightsOptions, hashWeights } from './hash-weights.ts'

/**
 * The config with the hash of every file that a lane expects (`weights: ./model.gguf`) in the place of its path, so that
 * gates need no disk. Hashes are remembered from run to run. Rejects with a ConfigError where a file cannot be read.
 */
export async function withExpectedWeights(
  config: BenchConfig,
  root: string,
  options: HashWeightsOptions = {},
): Promise<BenchConfig> {
  const problems: ConfigProblem[] = []
  const lanes = { ...config.lanes }
  for (const [name, lane] of Object.entries(config.lanes)) {
    if (lane.weights === undefined || lane.weights.startsWith('sha256:')) continue
    const files = shardsOf(resolve(root, lane.weights))
    const hashed = await hashWeights(files, options)
    if (hashed) lanes[name] = { ...lane, weights: `sha256:${hashed.sha256}` }
    else {
      const several = files.length > 1 ? `, or one of its ${files.length} parts` : ''
      problems.push({
        path: `lanes.${name}.weights`,
        code: 'unreadable',
        text: `${basename(lane.weights)} cannot be read${several}; correct the path, or write the weights' sha256`,
      })
    }
  }
  if (problems.length > 0) throw new ConfigError('bench.config.yaml', problems)
  return { ...config, lanes }
}
