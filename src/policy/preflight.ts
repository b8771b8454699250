import { uptime } from 'node:os'
import { join } from 'node:path'
import { isAtLeast, requiredLevel } from '../config/required-level.ts'
import type { BenchConfig, LaneConfig, WorkloadConfig } from '../config/schema.ts'
import { loadDataset } from '../datasets/load.ts'
import type { Completion, Evidence } from '../evidence/schema.ts'
import { contractBreach } from '../gates/contract.ts'
import { judge } from '../gates/judge.ts'
import { takeLock } from '../lanes/machine-lock.ts'
import { thisProcess } from '../machine/process-mark.ts'
import { probeNegativeControl } from '../probes/negative-control.ts'
import { asRuntimeFailure, type RuntimeFailure } from '../runtimes/failures.ts'
import type { Moment } from './block.ts'
import { candidateLane } from './candidate-lane.ts'
import { checkMemory } from './check-memory.ts'
import { type Check, type CheckName, type GoVerdict, verdictOf } from './checks.ts'
import { lookBriefly, type SeenModel } from './look-briefly.ts'
import { recordFailure, recordSuccess } from './outcome.ts'
import { PolicyUnreadable, readPolicy } from './policy-file.ts'
import { proofSubject, standingProof } from './proof.ts'
import { recordToAsk } from './record-to-ask.ts'
import { openSoloLane } from './solo-lane.ts'
import { readVetoes, type Vetoes } from './vetoes.ts'

export interface PreflightOptions {
  readonly config: BenchConfig
  /** Folder of the config. */
  readonly root: string
  readonly workload: string
  /** The workload's first local candidate where absent, else its first. */
  readonly lane?: string | undefined
  /** No verdict later than that, milliseconds; where absent, the record's own limit and two minutes for loading. */
  readonly deadline_ms?: number | undefined
  readonly signal?: AbortSignal
  readonly now?: () => Date
}

/** Whether a job of a workload may start on a lane now. Plain JSON, one line. */
export interface Preflight {
  readonly verdict: GoVerdict
  readonly workload: string
  readonly lane: string
  readonly model: string
  /** `probe`: the model was asked now; `proof`: an earlier preflight's proof served; `none`: it was not asked. */
  readonly by: 'probe' | 'proof' | 'none'
  readonly checks: readonly Check[]
  /** Under which a `go` holds: all must. */
  readonly conditions: readonly string[]
  readonly weights_sha256?: string
  readonly evidence_ids: readonly string[]
  /** Folder of the evidence, from the config's; absent where nothing was asked. */
  readonly evidence?: string
  /** What became of blocks: cleared, kept by their file, written. */
  readonly notes: readonly string[]
  /** Of the model's answer, and of starting an engine and loading its weights; absent where neither was needed. */
  readonly answer_ms?: number
  readonly load_ms?: number
  readonly total_ms: number
}

/**
 * Memory, blocks, identity and one record's validity, in this order; what fails ends it. A stale block, another start of
 * the machine or the lack of a proof makes it ask the model. Success clears stale blocks, failure writes a fresh one.
 * @throws UnknownName, DatasetError; what a runtime or a governor's file does is part of the result
 */
export async function preflight(options: PreflightOptions): Promise<Preflight> {
  const started = performance.now()
  const { config, root, workload, now = () => new Date() } = options
  const lane = candidateLane(config, workload, options.lane)
  const { model } = config.lanes[lane] as LaneConfig
  const { limits, dataset: folder } = config.workloads[workload] as WorkloadConfig
  const dataset = await loadDataset(folder, root)
  const subject = proofSubject(config, workload, lane, dataset)
  const deadline_ms = options.deadline_ms ?? limits.seconds_per_record * 1000 + loadAllowance_ms
  const signal = AbortSignal.any([
    AbortSignal.timeout(Math.min(deadline_ms, longestTimer_ms)),
    ...(options.signal ? [options.signal] : []),
  ])
  const { boot_id } = await thisProcess()
  const thisMoment = (): Moment => ({ now: now(), boot_id, up_ms: uptime() * 1000 })

  const checks: Check[] = []
  const notes: string[] = []
  const finish = (more: Partial<Preflight> = {}): Preflight => ({
    verdict: verdictOf(checks, ['block', 'identity', 'validity']),
    workload,
    lane,
    model,
    by: 'none',
    checks,
    conditions: conditionsOf(checks),
    evidence_ids: [],
    notes,
    total_ms: Math.round(performance.now() - started),
    ...more,
  })
  const unknown = (name: CheckName, detail: string) => checks.push({ name, status: 'unknown', detail })

  checks.push(await checkMemory(config, lane))
  const look = await lookBriefly(config, root, lane, signal)
  const known = { lane, tag: model, ...(look.state === 'seen' && look.model) }
  /** What vetoes the work now; undefined where something does, or where that is not known: then the checks say so. */
  const unvetoed = async (): Promise<Vetoes | undefined> => {
    try {
      const vetoes = await readVetoes(config, root, workload, known, thisMoment())
      const [veto] = vetoes.active
      if (!veto) return vetoes
      const { block, until } = veto
      const where = `${block.file}${block.pointer ? ` ${block.pointer}` : ''}`
      checks.push({ name: 'block', status: 'fail', detail: `${block.reason} (${where}), until ${until}` })
    } catch (error) {
      if (!(error instanceof PolicyUnreadable)) throw error
      unknown('block', error.message)
    }
    return undefined
  }
  if (!(await unvetoed()) || checks.some(({ status }) => status === 'fail')) return finish()

  // Two preflights at once would ask the model twice: the second one waits and takes the first one's proof.
  const lock = await takeLock({
    folder: join(root, '.bench', 'locks'),
    name: `preflight-${workload}-${lane}`,
    what: `a preflight of ${workload} on ${lane}`,
    poll_ms: 20,
    signal,
  }).catch(() => undefined)
  if (!lock) {
    unknown('identity', overdue(deadline_ms, options.signal))
    return finish()
  }
  try {
    // Whoever held the lock meanwhile may have written a block, or cleared one.
    const vetoes = await unvetoed()
    if (!vetoes) return finish()
    if (vetoes.stale.length === 0) {
      checks.push({ name: 'block', status: 'pass', detail: describeRefuted(vetoes) })
      const { proofs } = await readPolicy(join(root, '.bench'))
      const proof = standingProof(proofs, subject, config.policy, thisMoment())
      if (proof && look.state === 'seen' && isSameModel(proof, look.model)) {
        checks.push(
          { name: 'identity', status: 'pass', detail: `${look.detail}, as proven at ${proof.proven}` },
          { name: 'validity', status: 'pass', detail: `proven at ${proof.proven}` },
        )
        return finish({
          by: 'proof',
          conditions: [...conditionsOf(checks), ...proof.conditions],
          evidence_ids: proof.evidence_ids,
          ...(proof.weights_sha256 !== undefined && { weights_sha256: proof.weights_sha256 }),
        })
      }
    }
    return await probe(vetoes)
  } finally {
    await lock.release()
  }

  async function probe(vetoes: Vetoes): Promise<Preflight> {
    const record = await recordToAsk(config, root, lane, workload, dataset)
    const solo = await openSoloLane({
      config: withoutNeedlessControl(config, lane),
      root,
      lane,
      workload,
      dataset,
      signal,
    })
    try {
      const completion = await solo.lane
        .ask(record, { signal })
        .then(async (asked) => {
          await probeNegativeControl(solo.lane, solo.controls, { signal })
          return asked
        })
        .catch((error: unknown) => asRuntimeFailure(error))
      if (signal.aborted) {
        unknown('identity', overdue(deadline_ms, options.signal))
        return finish({ by: 'probe', evidence: solo.folder })
      }
      const asked = 'kind' in completion ? completion : undefined
      if (!asked && (completion as RuntimeFailure).code === 'insufficient-memory') {
        // The machine's state, not the model's: it was not asked, so nothing is written against it.
        checks.splice(0, 1, { name: 'memory', status: 'fail', detail: (completion as RuntimeFailure).message })
        return finish({ by: 'none', evidence_ids: laneIds(solo.lane.evidence()), evidence: solo.folder })
      }
      const failure = asked ? checkAnswer(asked) : cannotAnswer((completion as Error).message)
      const evidence_ids = asked ? [asked.id] : laneIds(solo.lane.evidence())
      const weights = asked?.identity.weights_sha256
      const outcome = { config, root, subject, moment: thisMoment(), evidence_ids, notes }
      if (failure === undefined)
        await recordSuccess({
          ...outcome,
          identity: asked?.identity,
          conditions: conditionsOf(checks, 'identity'),
          stale: vetoes.stale,
        })
      else await recordFailure({ ...outcome, failure, model: weights ?? model, stale: vetoes.stale })
      // A governor may have written a veto while the model was asked.
      if (failure === undefined) await unvetoed()
      return finish({
        by: 'probe',
        evidence_ids,
        evidence: solo.folder,
        ...timesOf(asked, solo.lane.evidence(), solo.engineStart_ms()),
        ...(weights !== undefined && { weights_sha256: weights }),
      })
    } finally {
      await solo.close()
    }

    /** Adds the checks that an answer bears; returns what failed. */
    function checkAnswer(asked: Completion): string | undefined {
      const evidence = solo.lane.evidence()
      const identity = judge('identity', { config, lane, workload, evidence })
      const breach = contractBreach(asked, config.workloads[workload] as WorkloadConfig)
      const isProven = identity.status === 'pass'
      checks.push(
        ...(vetoes.stale.length > 0 ? [stalenessCheck(vetoes, isProven && breach === undefined)] : []),
        {
          name: 'identity',
          status: isProven ? 'pass' : identity.status === 'fail' ? 'fail' : 'unknown',
          detail: isProven ? identity.observed : identity.reason,
          ...(identity.condition !== undefined && { condition: identity.condition }),
        },
        breach === undefined
          ? { name: 'validity', status: 'pass', detail: `${asked.record_id} keeps the contract` }
          : { name: 'validity', status: 'fail', detail: `${asked.record_id}: ${breach.why}` },
      )
      return breach?.why ?? (isProven ? undefined : identity.reason)
    }

    function cannotAnswer(message: string): string {
      if (vetoes.stale.length > 0) checks.push(stalenessCheck(vetoes, false))
      checks.push({ name: 'identity', status: 'fail', detail: message })
      return message
    }
  }
}

function conditionsOf(checks: readonly Check[], of?: CheckName): string[] {
  return checks.filter(({ name }) => of === undefined || name === of).flatMap(({ condition }) => condition ?? [])
}

/** What a server does with a tag that it does not know says nothing where more than an echo is required. */
function withoutNeedlessControl(config: BenchConfig, lane: string): BenchConfig {
  if (!isAtLeast(requiredLevel(config, lane), 'declared')) return config
  const settings: LaneConfig = { ...(config.lanes[lane] as LaneConfig), negative_control: false }
  return { ...config, lanes: { ...config.lanes, [lane]: settings } }
}

const laneIds = (evidence: readonly Evidence[]): string[] =>
  evidence.flatMap(({ id, kind }) => (kind === 'lane' || kind === 'headroom' ? [id] : []))

function timesOf(
  asked: Completion | undefined,
  evidence: readonly Evidence[],
  engineStart_ms: number | undefined,
): Pick<Preflight, 'answer_ms' | 'load_ms'> {
  const weights_ms = evidence.find((each) => each.kind === 'lane')?.load_ms
  const load_ms =
    weights_ms === undefined && engineStart_ms === undefined ? undefined : (weights_ms ?? 0) + (engineStart_ms ?? 0)
  return {
    ...(asked?.outcome.state === 'answered' && { answer_ms: Math.round(asked.outcome.timing.total_ms) }),
    ...(load_ms !== undefined && { load_ms: Math.round(load_ms) }),
  }
}

const loadAllowance_ms = 120_000
/** A longer one would end at once. */
const longestTimer_ms = 2 ** 31 - 1

function isSameModel(proof: SeenModel, seen: SeenModel): boolean {
  return proof.weights_sha256 === seen.weights_sha256 && proof.digest === seen.digest
}

function overdue(deadline_ms: number, outer: AbortSignal | undefined): string {
  return outer?.aborted ? 'the preflight was ended' : `no verdict within ${deadline_ms / 1000} s`
}

function describeRefuted({ refuted }: Vetoes): string {
  const [first] = refuted
  return first ? `${first.file} still blocks, which a probe has refuted since` : 'nothing blocks it'
}

function stalenessCheck({ stale }: Vetoes, isRefuted: boolean): Check {
  const [first] = stale
  const what = `${first?.block.reason} (${first?.block.file}) is stale: ${first?.why}`
  return {
    name: 'block',
    status: isRefuted ? 'pass' : 'fail',
    detail: `${what}; the probe ${isRefuted ? 'refutes it' : 'failed'}`,
  }
}
