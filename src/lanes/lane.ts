import { isOnThisMachine } from '../config/endpoint.ts'
import { locationOf, runtimeOf } from '../config/location.ts'
import { requiredLevel } from '../config/required-level.ts'
import type { BenchConfig, LaneConfig, WorkloadConfig } from '../config/schema.ts'
import type { Dataset, DatasetRecord } from '../datasets/dataset.ts'
import { laneOptionsSha256 } from '../evidence/lane-options.ts'
import type { Completion, Evidence, EvidenceFacts } from '../evidence/schema.ts'
import type { HashedWeights } from '../identity/hash-weights.ts'
import { type MemorySampler, startMemorySampler } from '../machine/memory-sampler.ts'
import { OffPremises, RequestAborted } from '../runtimes/failures.ts'
import type { ModelDescription, Runtime } from '../runtimes/runtime.ts'
import { ask, type Exchange } from './ask.ts'
import type { NegativeControls } from './ask-unknown-tag.ts'
import { type AttestWeights, createAttester } from './attest-weights.ts'
import type { CallContext, Connection } from './call-context.ts'
import { measureHeadroom, requireHeadroom } from './headroom.ts'
import { lookAt } from './look-at.ts'
import type { Queue } from './queue.ts'
import { trialFingerprint } from './trial-fingerprint.ts'
import { checksSha256, trialSha256 } from './trial-keys.ts'
import { trialPartsOf } from './trial-parts.ts'

export interface LaneOptions {
  readonly name: string
  readonly workload: string
  readonly config: BenchConfig
  readonly dataset: Dataset
  readonly connect: (context: CallContext) => Promise<Connection>
  /** Shared by all lanes that must not ask at the same time. */
  readonly queue: Queue
  readonly append: (facts: EvidenceFacts) => Evidence
  /** Recorded before this lane began, by the main process: announced with the lane, so that reports carry it. */
  readonly runEvidence?: readonly Evidence[]
  readonly controls: NegativeControls
  /** Hashes weight files; undefined where one cannot be read. */
  readonly hashWeights: (files: readonly string[]) => Promise<HashedWeights | undefined>
}

/** One lane at one workload: asks each record once, one at a time, and keeps all that it saw as evidence. */
export interface Lane {
  readonly name: string
  readonly workload: string
  readonly config: LaneConfig
  /** Connects, loads the model and looks at it; once, whatever came of it. @throws RuntimeFailure */
  present(context?: CallContext): Promise<void>
  /** Asks one record; asked again, gives the same completion. A failed call is a completion too. */
  ask(record: DatasetRecord, context?: CallContext): Promise<Completion>
  /** Whether asking this record costs nothing: it was asked before. */
  wasAsked(record: DatasetRecord): boolean
  /** Writes down the memory's movement since the lane became present or was settled last. */
  settle(context?: CallContext): Promise<void>
  /** Lets a probe use the present lane's runtime in its turn, and writes down what it found. */
  probe(work: Probe, context?: CallContext): Promise<Evidence>
  /** Takes in evidence of this lane that the same run has recorded elsewhere. */
  adopt(evidence: Evidence): void
  /** What was recorded so far, in order. */
  evidence(): readonly Evidence[]
}

/** What a probe is given of a lane. */
export interface ProbedLane {
  readonly name: string
  readonly lane: LaneConfig
  readonly runtime: Runtime
  /** What the runtime declared last; undefined where it declares nothing. */
  readonly description: ModelDescription | undefined
  /** The process that serves it on this machine, as far as that is seen. */
  readonly serving_pid?: number
  /** Of the lane's settings in the config. */
  readonly options_sha256: string
  readonly signal?: AbortSignal
}
export type Probe = (probed: ProbedLane) => Promise<EvidenceFacts>

const headroomDeadline_ms = 10_000

export function openLane(options: LaneOptions): Lane {
  const { name, workload, config, dataset } = options
  const lane = config.lanes[name] as LaneConfig
  const workloadConfig = config.workloads[workload] as WorkloadConfig
  const location = locationOf(config, name)
  const required = requiredLevel(config, name)
  const isHere = location === 'local' && isOnThisMachine(runtimeOf(config, name))
  const fingerprint = trialFingerprint(lane, workloadConfig, dataset)
  const partsOf = trialPartsOf(config, name, workload, dataset)
  /** Hashes of trials, by all that they are made of. */
  const explained = new Map<string, string>()
  const options_sha256 = laneOptionsSha256(config, name)
  // Paths that another host declares mean nothing here.
  const attest: AttestWeights = isHere ? createAttester(options.hashWeights) : async () => undefined
  const recorded: Evidence[] = [...(options.runEvidence ?? [])]
  const completions = new Map<string, Promise<Completion>>()
  let connection: Connection | undefined
  let presence: Promise<void> | undefined
  let sampler: MemorySampler | undefined
  let lastSeen: ModelDescription | undefined
  let lookedAt: ModelDescription | undefined
  let nextIsCold = false
  let runtimeVersion: string | undefined

  async function record(facts: EvidenceFacts, context: CallContext): Promise<Evidence> {
    const evidence = options.append(facts)
    recorded.push(evidence)
    await context.onEvidence?.(evidence)
    return evidence
  }

  /** A lane that did not come up has no memory to judge, unless something was killed for want of it. */
  async function settleAbsent(context: CallContext): Promise<void> {
    const movement = await sampler?.stop()
    sampler = undefined
    if (movement?.oom_kills || movement?.cgroup?.oom_kills)
      await record({ kind: 'memory', lane: name, workload, ...movement }, context)
  }

  async function requireRoom({ runtime, serving_pid }: Connection, context: CallContext): Promise<void> {
    const { kind } = runtimeOf(config, name)
    const question = { name, lane, kind, options_sha256, limits: config.machine.memory, runtime, serving_pid }
    const facts = await measureHeadroom(question, {
      deadline_ms: headroomDeadline_ms,
      ...(context.signal && { signal: context.signal }),
    })
    await record(facts, context)
    requireHeadroom(facts, question)
  }

  async function becomePresent(context: CallContext): Promise<void> {
    for (const evidence of options.runEvidence ?? []) await context.onEvidence?.(evidence)
    const look = await lookAt({
      name,
      lane,
      location,
      connect: options.connect,
      context,
      attest,
      controls: options.controls,
      onConnected: async (found) => {
        connection = found
        if (isHere) sampler = await startMemorySampler(found.serving_pid)
      },
      ...(isHere && { beforeLoad: (found) => requireRoom(found, context) }),
    })
    await record({ kind: 'lane', lane: name, ...look.facts }, context)
    if (look.failure) {
      await settleAbsent(context)
      throw look.failure
    }
    await sampler?.markLoaded()
    nextIsCold = look.unused
    lastSeen = look.description
    lookedAt = look.description
    runtimeVersion = look.facts.version
  }

  async function askNow(datasetRecord: DatasetRecord, context: CallContext): Promise<Completion> {
    if (context.signal?.aborted)
      throw new RequestAborted(`${datasetRecord.id} was not asked: the run was ended before its turn`)
    await lanePresent(context)
    const exchange: Exchange = {
      name,
      lane,
      workload,
      workloadConfig,
      dataset,
      required,
      runtime: (connection as Connection).runtime,
      before: lastSeen,
      cold: nextIsCold,
      location,
      attest,
      fingerprint,
      options_sha256,
    }
    const { facts, after } = await ask(exchange, datasetRecord, context)
    lastSeen = after
    nextIsCold = false
    const trial = {
      trial_sha256: await explain(facts as Completion, context),
      checks_sha256: checksSha256(datasetRecord),
    }
    return (await record({ ...facts, ...trial } as EvidenceFacts, context)) as Completion
  }

  /** Writes down what an answer's fingerprint was made of, once for all answers that share it, and hashes it as a trial. */
  async function explain({ fingerprint: explaining, identity }: Completion, context: CallContext): Promise<string> {
    const parts = partsOf(identity, runtimeVersion)
    const key = JSON.stringify([explaining, parts])
    let trial_sha256 = explained.get(key)
    if (trial_sha256 === undefined) {
      trial_sha256 = trialSha256(parts)
      explained.set(key, trial_sha256)
      await record({ kind: 'trial', lane: name, workload, fingerprint: explaining, parts }, context)
    }
    return trial_sha256
  }

  const lanePresent = (context: CallContext): Promise<void> => {
    presence ??= becomePresent(context)
    return presence
  }

  return {
    name,
    workload,
    config: lane,
    present: (context = {}) => lanePresent(context),
    ask(datasetRecord, context = {}) {
      refuseLeak(workloadConfig, location, name)
      let completion = completions.get(datasetRecord.id)
      if (!completion) {
        completion = options.queue(() => askNow(datasetRecord, context))
        completions.set(datasetRecord.id, completion)
      }
      return completion
    },
    wasAsked: ({ id }) => completions.has(id),
    probe(work, context = {}) {
      refuseLeak(workloadConfig, location, name)
      return options.queue(async () => {
        await lanePresent(context)
        const { runtime, serving_pid } = connection as Connection
        const facts = await work({
          name,
          lane,
          runtime,
          description: lastSeen ?? lookedAt,
          ...(serving_pid !== undefined && { serving_pid }),
          options_sha256,
          ...(context.signal && { signal: context.signal }),
        })
        return await record(facts, context)
      })
    },
    adopt: (evidence) => void recorded.push(evidence),
    async settle(context = {}) {
      const movement = await sampler?.stop()
      sampler = undefined
      if (movement) await record({ kind: 'memory', lane: name, workload, ...movement }, context)
    },
    evidence: () => recorded,
  }
}

/** Private text never leaves, whatever a config or an eval says. */
function refuseLeak(workload: WorkloadConfig, location: 'local' | 'cloud', lane: string): void {
  if (workload.privacy === 'private' && location === 'cloud') {
    throw new OffPremises(`${workload.title} is private and ${lane} is a cloud lane: nothing was sent`, { lane })
  }
}
