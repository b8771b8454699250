import { describe, expect, test } from 'vitest'
import { type PlacementFacts, placementOf } from '../../src/assessment/placement.ts'
import { mapOllamaDescription } from '../../src/runtimes/ollama-description.ts'
import { runningSchema } from '../../src/runtimes/ollama-protocol.ts'

/**
 * Answers of /api/ps as their sources give them, without fields that are not read:
 * - whole: gemma3:latest, https://github.com/nirmato/nirmato-ollama/issues/13 (8 August 2025)
 * - split: the example of https://docs.ollama.com/api/ps
 * The memory and the speed beside them are synthetic.
 */
const captured = {
  whole:
    '{"models":[{"name":"gemma3:latest","size":5964735424,"digest":"a2af6cc3eb7fa8be8504abaf9b04e88f17a119ec3f04a3addf55f92841195f5a","size_vram":5964735424}]}',
  split:
    '{"models":[{"name":"gemma3","size":6591830464,"digest":"a2af6cc3eb7fa8be8504abaf9b04e88f17a119ec3f04a3addf55f92841195f5a","size_vram":5333539264,"context_length":4096}]}',
} as const

function claimedBy(name: keyof typeof captured): PlacementFacts {
  const [running] = runningSchema.parse(JSON.parse(captured[name])).models
  if (!running) throw new Error('no model')
  return mapOllamaDescription({ tag: running.name, endpoint: 'http://127.0.0.1:11434', shown: {}, running })
}
const card = ['NVIDIA GeForce RTX 3060']

describe('where a model runs', () => {
  test('is the GPU where all witnesses agree', () => {
    expect(
      placementOf({
        ...claimedBy('whole'),
        gpus: card,
        peak_rss_bytes: 900e6,
        generated_tokens_per_second: 60,
      }),
    ).toEqual({
      where: 'gpu',
      text: 'runs on the GPU, the runtime says; a GPU was seen (NVIDIA GeForce RTX 3060)',
      findings: [],
    })
  })

  test('is split where a part of it is in the memory of the GPU', () => {
    expect(placementOf({ ...claimedBy('split'), gpus: card })).toEqual({
      where: 'split',
      text: 'split: 81 % of 6.6 GB on the GPU, the runtime says; a GPU was seen (NVIDIA GeForce RTX 3060)',
      findings: [],
    })
  })

  test('is the CPU only, and said plainly, whether the runtime says so or no GPU is there', () => {
    const text = 'runs on the CPU only; no GPU was seen'
    expect(placementOf({ gpus: [] })).toEqual({ where: 'cpu', text, findings: [] })
    const claimed = { loaded_bytes: 200e6, loaded_gpu_bytes: 0, peak_rss_bytes: 240e6, generated_tokens_per_second: 80 }
    expect(placementOf({ ...claimed, gpus: [] })).toEqual({ where: 'cpu', text, findings: [] })
  })

  test('is unknown where the runtime does not say and a GPU is there, or on another host', () => {
    expect(placementOf({ loaded_bytes: 5e9, gpus: card }).where).toBe('unknown')
    expect(placementOf({})).toMatchObject({ where: 'unknown', text: 'not known: the runtime does not say' })
  })
})

describe('a disagreement is a finding', () => {
  test.for([
    ['a GPU is claimed, and none is seen', { ...claimedBy('whole'), gpus: [] }, 'shows no GPU'],
    [
      'all is claimed to be in a GPU, and the process holds it all',
      { ...claimedBy('whole'), gpus: card, peak_rss_bytes: 6.1e9 },
      'the serving process holds 6.1 GB itself',
    ],
    [
      'a GPU is claimed, and the speed is that of a CPU',
      { ...claimedBy('whole'), gpus: card, generated_tokens_per_second: 1.5 },
      'the speed of a CPU',
    ],
    [
      'no GPU is claimed, and the process holds no weights',
      { loaded_bytes: 6e9, loaded_gpu_bytes: 0, gpus: [], peak_rss_bytes: 400e6 },
      'holds only 400 MB',
    ],
    [
      'no GPU is claimed, and the speed is that of a GPU',
      { loaded_bytes: 6e9, loaded_gpu_bytes: 0, gpus: [], generated_tokens_per_second: 90 },
      'the speed of a GPU',
    ],
    ['a GPU is there and not used', { loaded_bytes: 6e9, loaded_gpu_bytes: 0, gpus: card }, 'runs without it'],
  ] as const)('where %s', ([, facts, finding]) => {
    expect(placementOf(facts).findings).toEqual([expect.stringContaining(finding)])
  })

  test('but not where GPU and programs share one memory', () => {
    const facts = { ...claimedBy('whole'), gpus: ['Apple M2'], peak_rss_bytes: 6.1e9, shared_memory: true }
    expect(placementOf(facts)).toMatchObject({ where: 'gpu', findings: [] })
  })
})
