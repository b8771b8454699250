import path from 'node:path'
import { execa } from 'execa'
import { defaultModelTag } from '../../src/runtimes/embedded/catalogue.ts'
import { ensureWeights } from '../../src/runtimes/embedded/ensure-weights.ts'
import { fillFolder } from './fill-folder.ts'
import type { RuntimeFiles } from './runtime-files.ts'

/** Writes the built-in model once more as Q4_0. Needs what buildLlama made. */
export async function requantiseWeights(files: RuntimeFiles): Promise<void> {
  await fillFolder(path.dirname(files.requantised), async ({ result }) => {
    const target = path.join(result, path.basename(files.requantised))
    await execa(files.llamaQuantize, ['--allow-requantize', await ensureWeights(defaultModelTag), target, 'Q4_0'])
  })
}
