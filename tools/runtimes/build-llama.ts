import { copyFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import { fillFolder } from './fill-folder.ts'
import { llamaBundle, type RuntimeFiles } from './runtime-files.ts'

const settings = {
  CMAKE_BUILD_TYPE: 'Release',
  BUILD_SHARED_LIBS: 'OFF',
  GGML_NATIVE: 'ON',
  LLAMA_BUILD_TESTS: 'OFF',
  LLAMA_BUILD_EXAMPLES: 'OFF',
  LLAMA_BUILD_APP: 'OFF',
  LLAMA_BUILD_UI: 'OFF',
  LLAMA_USE_PREBUILT_UI: 'OFF',
  LLAMA_OPENSSL: 'OFF',
}

/** Compiles llama-server and llama-quantize for this processor from the sources that node-llama-cpp ships. */
export async function buildLlama(files: RuntimeFiles): Promise<void> {
  await fillFolder(path.dirname(files.llamaServer), async ({ scratch, result }) => {
    const sources = path.join(scratch, 'llama.cpp')
    const build = path.join(scratch, 'build')
    await execa('git', ['clone', '--quiet', '--depth=1', llamaBundle, sources])
    await execa('cmake', [
      ...['-S', sources, '-B', build],
      ...Object.entries(settings).map(([name, value]) => `-D${name}=${value}`),
    ])
    await execa('cmake', [
      ...['--build', build, `-j${availableParallelism()}`],
      ...['--target', 'llama-server', 'llama-quantize'],
    ])
    for (const program of ['llama-server', 'llama-quantize']) {
      await copyFile(path.join(build, 'bin', program), path.join(result, program))
    }
    await execa(path.join(result, 'llama-server'), ['--version'])
  })
}
