import { megabytes } from '../gates/wording.ts'

export const placements = ['gpu', 'cpu', 'split', 'unknown'] as const

/** Where a lane's weights are, as far as several witnesses agree. */
export interface Placement {
  readonly where: (typeof placements)[number]
  /** The placement in words, and who says so. */
  readonly text: string
  /** Statements about it that cannot all be true, or that deserve a look. */
  readonly findings: readonly string[]
}

/** What was seen; a part that was not is absent. */
export interface PlacementFacts {
  /** Of the loaded model, as the runtime says. */
  readonly loaded_bytes?: number | undefined
  /** How many of them are in a GPU's memory, as the runtime says. */
  readonly loaded_gpu_bytes?: number | undefined
  /** Graphics cards of the machine that serves; absent where that is another one. */
  readonly gpus?: readonly string[] | undefined
  /** Highest resident memory of the serving process and its children. */
  readonly peak_rss_bytes?: number | undefined
  readonly generated_tokens_per_second?: number | undefined
  /** True where GPU and programs share one memory (Apple silicon), so that resident memory tells nothing. */
  readonly shared_memory?: boolean
}

/** A claim of this share or more is "all"; of one less it, "none". */
const allShare = 0.99
/** Resident memory of this share of the weights holds them; of less than half of it, it does not. */
const heldShare = 0.9
const notHeldShare = 0.45
/** Every token reads all weights once: no memory of a usual computer's processors is read faster than this. */
const fastestCpuBytesPerSecond = 200e9
/** Nor is the memory of a GPU of these years as slow as this. Below a gigabyte other costs weigh more. */
const slowestGpuBytesPerSecond = 10e9
const weighty = 1e9

/** GPU, CPU, split or unknown, from the runtime's claim, the machine's GPUs, the process's memory and its speed. Pure. */
export function placementOf(facts: PlacementFacts): Placement {
  const { loaded_bytes, loaded_gpu_bytes, gpus } = facts
  const noGpuSeen = gpus?.length === 0
  const share =
    loaded_gpu_bytes === 0
      ? 0
      : loaded_bytes && loaded_gpu_bytes !== undefined
        ? loaded_gpu_bytes / loaded_bytes
        : undefined
  if (share === undefined) {
    return noGpuSeen
      ? { where: 'cpu', text: 'runs on the CPU only; no GPU was seen', findings: [] }
      : {
          where: 'unknown',
          text: `not known: the runtime does not say${gpus ? `, and a GPU was seen (${gpus.join(', ')})` : ''}`,
          findings: [],
        }
  }
  const where = share >= allShare ? 'gpu' : share <= 1 - allShare ? 'cpu' : 'split'
  const seen = gpus === undefined ? '' : noGpuSeen ? '; no GPU was seen' : `; a GPU was seen (${gpus.join(', ')})`
  const text = {
    gpu: `runs on the GPU, the runtime says${seen}`,
    cpu: `runs on the CPU only${seen}`,
    split: `split: ${Math.round(100 * share)} % of ${megabytes(loaded_bytes ?? 0)} on the GPU, the runtime says${seen}`,
  }[where]
  return { where, text, findings: disagreements(where, facts) }
}

function disagreements(where: 'gpu' | 'cpu' | 'split', facts: PlacementFacts): string[] {
  const {
    loaded_bytes: loaded,
    loaded_gpu_bytes = 0,
    gpus,
    peak_rss_bytes: rss,
    generated_tokens_per_second: speed,
  } = facts
  return [
    ...(where !== 'cpu' && gpus?.length === 0
      ? [`the runtime claims ${megabytes(loaded_gpu_bytes)} in a GPU's memory, and this machine shows no GPU`]
      : []),
    ...(loaded === undefined ? [] : memoryAndSpeed(where, loaded, rss, speed, facts.shared_memory === true)),
    ...(where === 'cpu' && gpus !== undefined && gpus.length > 0
      ? [`a GPU was seen (${gpus.join(', ')}), and the model runs without it`]
      : []),
  ]
}

function memoryAndSpeed(
  where: 'gpu' | 'cpu' | 'split',
  loaded: number,
  rss: number | undefined,
  speed: number | undefined,
  shared: boolean,
): string[] {
  const read = speed === undefined ? undefined : speed * loaded
  const perSecond = (bytes: number): string => `${megabytes(bytes)} of weights a second`
  return [
    ...(where === 'gpu' && rss !== undefined && !shared && rss >= heldShare * loaded
      ? [
          `the runtime claims all ${megabytes(loaded)} in a GPU's memory, and the serving process holds ${megabytes(rss)} itself`,
        ]
      : []),
    ...(where === 'cpu' && rss !== undefined && rss < notHeldShare * loaded
      ? [`the runtime claims ${megabytes(loaded)} without a GPU, and the serving process holds only ${megabytes(rss)}`]
      : []),
    ...(where === 'gpu' && read !== undefined && loaded >= weighty && read < slowestGpuBytesPerSecond
      ? [`the runtime claims a GPU, and ${perSecond(read)} were read, which is the speed of a CPU`]
      : []),
    ...(where === 'cpu' && read !== undefined && read > fastestCpuBytesPerSecond
      ? [`the runtime claims no GPU, and ${perSecond(read)} were read, which is the speed of a GPU`]
      : []),
  ]
}
