import { basename } from 'node:path'
import type { LaneConfig } from '../config/schema.ts'
import type { EvidenceOf } from '../evidence/schema.ts'
import { namedAdapters } from '../identity/named-file.ts'
import type { AttestedWeights } from '../identity/prove.ts'
import { asRuntimeFailure, type RuntimeFailure } from '../runtimes/failures.ts'
import type { ModelDescription } from '../runtimes/runtime.ts'
import { controlEarly, type NegativeControls } from './ask-unknown-tag.ts'
import type { AttestWeights } from './attest-weights.ts'
import type { CallContext, Connection } from './call-context.ts'
import { loadRequest } from './load-request.ts'

/** Weights may have to be fetched first. */
const connectDeadline_ms = 10 * 60_000
const loadDeadline_ms = 5 * 60_000
const questionDeadline_ms = 10_000

interface LookOptions {
  readonly name: string
  readonly lane: LaneConfig
  readonly location: 'local' | 'cloud'
  readonly connect: (context: CallContext) => Promise<Connection>
  readonly context: CallContext
  readonly attest: AttestWeights
  readonly controls: NegativeControls
  /** Called before anything is loaded, so that memory can be watched from there. */
  readonly onConnected: (connection: Connection) => Promise<void>
  /** Called when the lane is present, before it is loaded; it may refuse that. */
  readonly beforeLoad?: (connection: Connection) => Promise<void>
}

type LaneFacts = Omit<EvidenceOf<'lane'>, 'kind' | 'id' | 'run_id' | 'at' | 'lane'>

/** How far up the ladder configured → present → loaded a lane gets, and what its runtime says of itself. */
export interface Look {
  readonly facts: LaneFacts
  /** The next answer is the first one since the weights were loaded. */
  readonly unused: boolean
  readonly description?: ModelDescription
  readonly failure?: RuntimeFailure
}

export async function lookAt(options: LookOptions): Promise<Look> {
  const { lane, location, connect, context, onConnected, attest } = options
  const within = (deadline_ms: number) => ({ deadline_ms, ...(context.signal && { signal: context.signal }) })
  let facts: LaneFacts = { runtime: lane.runtime, location, rung: 'configured', requested_model: lane.model }
  try {
    const connection = await connect({ ...context, ...within(connectDeadline_ms) })
    const { runtime } = connection
    await onConnected(connection)
    const health = await runtime.health(within(questionDeadline_ms))
    const listed = await runtime.list(within(questionDeadline_ms))
    facts = {
      ...facts,
      rung: 'present',
      ...(health.version !== undefined && { version: health.version }),
      listed_tags: listed.map((each) => each.tag),
      negative_control: await controlEarly(runtime, options),
    }
    await options.beforeLoad?.(connection)
    const load = await runtime.load(loadRequest(lane), within(loadDeadline_ms))
    const description = await runtime.describe(lane.model, within(questionDeadline_ms))
    // Large files take their time here, not within the first record's.
    const weights = await attest(description)
    facts = {
      ...facts,
      rung: 'loaded',
      ...(load.loaded_now && { load_ms: load.total_ms }),
      description: { ...publicPart(description, weights), ...(weights && { weights_sha256: weights.sha256 }) },
    }
    return { facts, unused: load.loaded_now || load.unused === true, description }
  } catch (error) {
    const failure = asRuntimeFailure(error)
    return { facts: { ...facts, failure: { code: failure.code, message: failure.message } }, unused: false, failure }
  }
}

/** Without folders, which name users, and without pids, which differ from run to run. */
function publicPart(
  description: ModelDescription,
  weights: AttestedWeights | undefined,
): NonNullable<LaneFacts['description']> {
  const {
    tag: _tag,
    load_id: _load,
    serving_pid: _pid,
    weights_claimed_sha256: _claim,
    weights_files,
    adapters,
    projectors,
    also_known_as,
    ...rest
  } = description
  return {
    ...rest,
    ...(weights_files && { weights_files: weights_files.map((file) => basename(file)) }),
    ...(adapters && { adapters: namedAdapters(adapters, weights) }),
    ...(projectors && { projectors: projectors.map((file) => basename(file)) }),
    ...(also_known_as && { also_known_as: [...also_known_as] }),
  }
}
