import { existsSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { runtimeOf } from '../config/location.ts'
import { runsHere } from '../config/runs-here.ts'
import type { BenchConfig, LaneConfig } from '../config/schema.ts'
import { hashWeights } from '../identity/hash-weights.ts'
import { connect } from '../lanes/connect.ts'
import type { ModelDescription } from '../runtimes/runtime.ts'

const deadline_ms = 5_000

/** What tells a lane's model from another; absent where its runtime does not say. */
export interface SeenModel {
  readonly weights_sha256?: string | undefined
  readonly digest?: string | undefined
}

/** What a lane's runtime declares now, without asking its model. */
export type BriefLook =
  | { readonly state: 'seen'; readonly model: SeenModel; readonly detail: string }
  | { readonly state: 'not-seen'; readonly why: string }

/**
 * Whether a lane still has the model that was proven, in a few local requests: the digest and the hash of the weight
 * files that its runtime declares (remembered by size, times and inode). An embedded lane has no runtime until it is
 * asked, so its file is looked at. Never rejects.
 */
export async function lookBriefly(
  config: BenchConfig,
  root: string,
  lane: string,
  signal: AbortSignal,
): Promise<BriefLook> {
  // Large files are hashed for minutes, which no signal ends: whoever has a deadline must not wait for it.
  return await Promise.race([lookNow(config, root, lane, signal), whenAborted(signal)])
}

async function whenAborted(signal: AbortSignal): Promise<BriefLook> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  return { state: 'not-seen', why: 'there was no time left to look' }
}

async function lookNow(config: BenchConfig, root: string, lane: string, signal: AbortSignal): Promise<BriefLook> {
  const { model, weights_file } = config.lanes[lane] as LaneConfig
  try {
    if (runtimeOf(config, lane).kind === 'embedded') {
      const file = await embeddedFile(model, weights_file, root)
      if (!existsSync(file)) return { state: 'not-seen', why: `the weights of ${model} are not here yet` }
      return await seen(undefined, [file], true)
    }
    const { runtime } = await connect(config, lane, () => Promise.reject(new TypeError('no engine is started here')))
    const call = { deadline_ms, signal }
    await runtime.health(call)
    const description = await runtime.describe(model, call)
    return await seen(description, description.weights_files ?? [], runsHere(config, lane))
  } catch (error) {
    return { state: 'not-seen', why: (error as Error).message }
  }
}

async function seen(
  description: ModelDescription | undefined,
  files: readonly string[],
  isHere: boolean,
): Promise<BriefLook> {
  const hashed = isHere && files.length > 0 ? await hashWeights(files) : undefined
  return {
    state: 'seen',
    detail: hashed ? `weights sha256:${hashed.sha256.slice(0, 12)}…` : 'as declared',
    model: {
      ...(hashed && { weights_sha256: hashed.sha256 }),
      ...(description?.digest !== undefined && { digest: description.digest }),
    },
  }
}

/** Where an embedded lane's weights are, or will be: nothing is fetched for a look. */
async function embeddedFile(model: string, weights_file: string | undefined, root: string): Promise<string> {
  if (weights_file !== undefined) return isAbsolute(weights_file) ? weights_file : join(root, weights_file)
  const [{ catalogue }, { weightsPath }] = await Promise.all([
    import('../runtimes/embedded/catalogue.ts'),
    import('../runtimes/embedded/ensure-weights.ts'),
  ])
  const entry = catalogue.find(({ tag }) => tag === model)
  if (!entry) throw new TypeError(`there is no built-in model ${model}, and the lane has no weights_file`)
  return weightsPath(entry)
}
