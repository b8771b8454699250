import { stat } from 'node:fs/promises'
import { platform } from 'node:os'
import type { MachineConfig } from '../config/machine-schema.ts'
import type { LaneConfig, RuntimeKind } from '../config/schema.ts'
import type { EstimateEvidence } from '../evidence/headroom-schema.ts'
import type { EvidenceFacts } from '../evidence/schema.ts'
import { readGgufHeader } from '../machine/gguf-header.ts'
import { gpuMemoryReader } from '../machine/gpu-memory.ts'
import { estimateLoad, modelShape } from '../machine/load-estimate.ts'
import { findMemoryCgroup, readCgroup } from '../machine/memory-cgroup.ts'
import { anonymousMemory, readMachineMemory, residentOfFamily } from '../machine/memory-reading.ts'
import { InsufficientMemory } from '../runtimes/failures.ts'
import type { CallOptions, LoadFacts, Runtime } from '../runtimes/runtime.ts'
import { type CacheSettings, cacheSettings, usualCacheType } from './cache-settings.ts'

type HeadroomFacts = Extract<EvidenceFacts, { kind: 'headroom' }>

/** What llama.cpp's servers take where nobody asks for a context. */
const usualContext = 4096

export interface HeadroomQuestion {
  readonly name: string
  readonly lane: LaneConfig
  readonly kind: RuntimeKind
  readonly options_sha256: string
  readonly limits: MachineConfig['memory']
  readonly runtime: Runtime
  readonly serving_pid: number | undefined
}

/**
 * Holds what a load should take against what the machine, and the serving process's control group, have left before
 * critical. Facts only; nothing is loaded. A runtime that cannot tell leaves an estimate out.
 */
export async function measureHeadroom(question: HeadroomQuestion, call: CallOptions): Promise<HeadroomFacts> {
  const { name, lane, limits, runtime, serving_pid } = question
  const known = await runtime.loadFacts?.(lane.model, call).catch(() => undefined)
  const told = serving_pid === undefined ? {} : cacheSettings(question.kind, serving_pid)
  const estimated = known
    ? await estimateOf(known, question, told)
    : { no_estimate: 'this runtime does not say what it loads' }
  const machine = await readMachineMemory()
  const cgroup = serving_pid === undefined ? undefined : findMemoryCgroup(serving_pid, machine?.total ?? Infinity)
  const groupUsed = cgroup?.limit === undefined ? undefined : readCgroup(cgroup).used
  // Apple's graphics cards share the machine's memory.
  const hasOwnGpu = known?.processor_only !== true && platform() !== 'darwin'
  const gpu = hasOwnGpu ? await gpuMemoryReader()?.() : undefined
  const resident = serving_pid === undefined ? undefined : await residentOfFamily(serving_pid)
  const already_loaded = known?.loaded ?? false
  const given_back = already_loaded ? 0 : await heldForOthers(question, call)
  const critical = limits.critical_used_percent / 100
  const rooms = [
    ...(machine ? [critical * machine.total - machine.used + given_back] : []),
    ...(cgroup?.limit !== undefined && groupUsed !== undefined
      ? [critical * cgroup.limit - groupUsed + given_back]
      : []),
  ]
  const room = rooms.length > 0 ? Math.floor(Math.min(...rooms) + (gpu ? gpu.total - gpu.used : 0)) : undefined
  const { estimate } = estimated
  // The margin is a guess, as is a cache that may be smaller; weights that are loaded are in what is used already.
  const exceeds =
    !already_loaded &&
    estimate !== undefined &&
    room !== undefined &&
    estimate.weights_bytes + (estimate.at_most ? 0 : estimate.cache_bytes) > room
  return {
    kind: 'headroom',
    lane: name,
    options_sha256: question.options_sha256,
    already_loaded,
    ...estimated,
    ...(machine && { machine: { total: machine.total, used: machine.used } }),
    ...(cgroup?.limit !== undefined && groupUsed !== undefined && { cgroup: { total: cgroup.limit, used: groupUsed } }),
    ...(gpu && { gpu }),
    ...(resident !== undefined && { resident_before: resident }),
    ...(given_back > 0 && { given_back_bytes: given_back }),
    ...(room !== undefined && { room_bytes: room }),
    refused: exceeds && limits.refuse_load,
  }
}

/**
 * Bytes that a server holds for other models, which it puts out of memory to make room; pages of their files count as free
 * already. Ollama's are in processes of their own; the embedded engine holds one itself.
 */
async function heldForOthers({ kind, serving_pid, runtime }: HeadroomQuestion, call: CallOptions): Promise<number> {
  if (serving_pid === undefined || (kind !== 'ollama' && kind !== 'embedded')) return 0
  const held = await anonymousMemory(serving_pid)
  if (kind === 'ollama') return held?.descendants ?? 0
  const models = await runtime.list(call).catch(() => [])
  return models.some(({ loaded }) => loaded) ? (held?.own ?? 0) : 0
}

/** @throws InsufficientMemory where the facts say that the load is refused */
export function requireHeadroom(facts: HeadroomFacts, { name, lane }: HeadroomQuestion): void {
  const { refused, estimate, room_bytes, cgroup } = facts
  if (!refused || !estimate || room_bytes === undefined) return
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`
  throw new InsufficientMemory(
    `${lane.model} was not loaded for ${name}: it should take ${gigabytes(estimate.total_bytes)} ` +
      `(weights ${gigabytes(estimate.weights_bytes)}, cache for ${estimate.context} tokens ${gigabytes(estimate.cache_bytes)}), ` +
      `and ${room_bytes > 0 ? `${gigabytes(room_bytes)} can be taken` : 'nothing can be taken'} before ` +
      `${cgroup ? 'the machine or the control group of the server' : 'the machine'} is critical. ` +
      'Close other programs, set a smaller context in the lane, take a smaller model, or set machine.memory.refuse_load to false',
    { lane: name, estimated_bytes: estimate.total_bytes, room_bytes },
  )
}

async function estimateOf(
  known: LoadFacts,
  { lane, kind }: HeadroomQuestion,
  told: CacheSettings,
): Promise<{ readonly estimate?: EstimateEvidence; readonly no_estimate?: string }> {
  const [main] = known.files ?? []
  const header = main === undefined ? undefined : await readGgufHeader(main).catch(() => undefined)
  const metadata = header ?? (known.metadata && new Map(Object.entries(known.metadata)))
  const weights_bytes = (await sizeOf(known.files ?? [])) ?? known.weights_bytes
  if (weights_bytes === undefined) return { no_estimate: 'the size of its weights is not known' }
  const shape = metadata && modelShape(metadata)
  if (!shape) return { no_estimate: 'neither a readable GGUF header nor the runtime tells its layers and heads' }
  const context = contextOf(kind, lane.context, known.context, told.context, shape.context_trained)
  const sequences = told.sequences ?? known.sequences ?? 1
  const cache_type = told.cache_type ?? usualCacheType
  const estimate = estimateLoad({
    weights_bytes,
    shape,
    context,
    sequences,
    cache_type,
    ...(told.value_cache_type && { value_cache_type: told.value_cache_type }),
    program: kind === 'embedded' ? 'node-process' : 'server',
  })
  return {
    estimate: {
      ...estimate,
      context,
      sequences,
      cache_type,
      ...(told.value_cache_type && { value_cache_type: told.value_cache_type }),
      at_most: shape.keeps_less === true,
      from: header ? 'file' : 'runtime',
    },
  }
}

/** llama-server's is set when it starts, whatever a lane says; Ollama takes no more than the model was trained for. */
function contextOf(
  kind: RuntimeKind,
  asked: number | undefined,
  known: number | undefined,
  usual: number | undefined,
  trained = Number.POSITIVE_INFINITY,
): number {
  if (kind === 'llama-server' && known !== undefined) return known
  const wanted = asked ?? known
  if (kind === 'ollama') return Math.min(wanted ?? usual ?? usualContext, trained)
  return wanted ?? Math.min(usualContext, trained)
}

/** Of all files together; undefined where there are none, or one cannot be seen. */
async function sizeOf(files: readonly string[]): Promise<number | undefined> {
  if (files.length === 0) return undefined
  const sizes = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ size }) => size,
        () => undefined,
      ),
    ),
  )
  return sizes.reduce<number | undefined>(
    (sum, size) => (sum === undefined || size === undefined ? undefined : sum + size),
    0,
  )
}
