import { join } from 'node:path'
import { z } from 'zod'
import { locationOf } from '../config/location.ts'
import type { BenchConfig, LaneConfig, WorkloadConfig } from '../config/schema.ts'
import { isSameTag } from '../config/tag.ts'
import { examine } from '../datasets/examine.ts'
import { loadDataset } from '../datasets/load.ts'
import type { Examination } from '../evidence/schema.ts'
import { sha256 } from '../evidence/stored-text.ts'
import { answerBreach } from '../gates/contract.ts'
import { isExpectedName } from '../identity/response-name.ts'
import { candidateLane } from './candidate-lane.ts'
import { type Check, type GoVerdict, verdictOf } from './checks.ts'
import { lookBriefly, type SeenModel } from './look-briefly.ts'
import { readPolicy } from './policy-file.ts'

export interface CheckOptions {
  readonly config: BenchConfig
  /** Folder of the config. */
  readonly root: string
  readonly workload: string
  readonly lane?: string | undefined
  /** What the model was given, and what came back, whole. */
  readonly input: string
  readonly output: string
  /** What the worker wrote down of the model: `selected_model`, `requested_model`, `observed_model`. */
  readonly record?: unknown
  readonly signal?: AbortSignal
}

/** Whether one real result may count as done. Plain JSON, one line; holds neither input nor output. */
export interface ResultCheck {
  readonly verdict: GoVerdict
  readonly workload: string
  readonly lane: string
  readonly model: string
  readonly checks: readonly Check[]
  readonly input_sha256: string
  readonly output_sha256: string
  readonly examination: Omit<Examination, 'facts'>
  readonly weights_sha256?: string
  readonly total_ms: number
}

const modelName = z.string().min(1).max(300)
const recordSchema = z.object({
  selected_model: modelName.optional(),
  requested_model: modelName,
  observed_model: modelName,
})

/**
 * The validator and the identity gate for one result of production work: the answer keeps the workload's contract, and
 * the names that the worker wrote down are the lane's, whose model is there now with the weights that the config pins or
 * the latest preflight has proven. Without a record the identity is unknown, which is no go.
 * @throws UnknownName, DatasetError
 */
export async function checkResult(options: CheckOptions): Promise<ResultCheck> {
  const started = performance.now()
  const { config, root, workload, input, output, signal = new AbortController().signal } = options
  const lane = candidateLane(config, workload, options.lane)
  const { model } = config.lanes[lane] as LaneConfig
  const settings = config.workloads[workload] as WorkloadConfig
  const dataset = await loadDataset(settings.dataset, root)
  const { facts: _, ...examination } = examine(output, { id: 'result', input, expected: {} }, dataset)
  const breach = answerBreach({ ...examination, facts: [] }, settings)
  const validity: Check = breach
    ? { name: 'validity', status: 'fail', detail: breach.why }
    : { name: 'validity', status: 'pass', detail: 'the result keeps the contract' }
  const identity = await checkIdentity(options, lane, signal)
  const checks = [identity.check, validity]
  return {
    verdict: verdictOf(checks, ['identity', 'validity']),
    workload,
    lane,
    model,
    checks,
    input_sha256: sha256(input),
    output_sha256: sha256(output),
    examination,
    ...(identity.weights_sha256 !== undefined && { weights_sha256: identity.weights_sha256 }),
    total_ms: Math.round(performance.now() - started),
  }
}

async function checkIdentity(
  { config, root, workload, record }: CheckOptions,
  lane: string,
  signal: AbortSignal,
): Promise<{ check: Check; weights_sha256?: string }> {
  const settings = config.lanes[lane] as LaneConfig
  const outcome = (status: Check['status'], detail: string) => ({
    check: { name: 'identity' as const, status, detail },
  })
  if (record === undefined) return outcome('unknown', 'nothing says which model gave it: give the record of its worker')
  const parsed = recordSchema.safeParse(record)
  if (!parsed.success)
    return outcome('unknown', 'the record names no requested_model and observed_model, as texts at its top level')
  const { selected_model = settings.model, requested_model, observed_model } = parsed.data
  if (!isSameTag(selected_model, settings.model))
    return outcome('fail', `selected_model is ${selected_model}, the lane ${lane} has ${settings.model}`)
  if (!isSameTag(requested_model, selected_model))
    return outcome('fail', `requested_model is ${requested_model}, selected_model ${selected_model}`)
  if (
    !isSameTag(observed_model, requested_model) &&
    !isExpectedName(observed_model, requested_model, settings.response_model)
  )
    return outcome('fail', `observed_model is ${observed_model}, requested_model ${requested_model}`)
  if (locationOf(config, lane) === 'cloud')
    return outcome('pass', `all names are ${requested_model}; a cloud proves no more`)
  const look = await lookBriefly(config, root, lane, signal)
  if (look.state === 'not-seen') return outcome('unknown', `the names agree, the lane cannot be looked at: ${look.why}`)
  const expected = await expectedModel(settings, root, workload, lane)
  const { weights_sha256, digest } = look.model
  if (expected === undefined)
    return outcome(
      'unknown',
      `the names agree; nothing says which weights ${lane} must have: pin them, or run a preflight`,
    )
  const pairs = [
    [expected.weights_sha256, weights_sha256],
    [expected.digest, digest],
  ].filter(([wanted]) => wanted !== undefined)
  if (pairs.some(([wanted, seen]) => seen !== undefined && seen !== wanted))
    return outcome('fail', `the runtime has ${look.detail} now, which is not what ${expected.from}`)
  if (pairs.some(([, seen]) => seen === undefined))
    return outcome('unknown', `the names agree; the runtime does not show whether it has what ${expected.from}`)
  return {
    ...outcome('pass', `${look.detail}, as ${expected.from}`),
    ...(weights_sha256 !== undefined && { weights_sha256 }),
  }
}

/** The model that a lane must have: what the config pins, else what its latest preflight has proven. */
async function expectedModel(
  { weights, digest }: LaneConfig,
  root: string,
  workload: string,
  lane: string,
): Promise<(SeenModel & { readonly from: string }) | undefined> {
  if (weights !== undefined || digest !== undefined)
    return {
      weights_sha256: weights?.replace('sha256:', ''),
      digest: digest?.replace('sha256:', ''),
      from: 'the config pins',
    }
  const { proofs } = await readPolicy(join(root, '.bench'))
  const proof = proofs.findLast((each) => each.workload === workload && each.lane === lane)
  if (!proof || (proof.weights_sha256 ?? proof.digest) === undefined) return undefined
  return { weights_sha256: proof.weights_sha256, digest: proof.digest, from: `a preflight proved at ${proof.proven}` }
}
