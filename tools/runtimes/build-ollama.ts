import { copyFile, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { execa } from 'execa'
import { fillFolder } from './fill-folder.ts'
import { ollamaVersion, type RuntimeFiles } from './runtime-files.ts'

const module = 'github.com/ollama/ollama'

/** Compiles Ollama and lays llama-server where it looks for it. Needs what buildLlama made. */
export async function buildOllama(files: RuntimeFiles): Promise<void> {
  await fillFolder(path.resolve(files.ollama, '../..'), async ({ result }) => {
    const linkerFlags = `-s -w -X=${module}/version.Version=${ollamaVersion}`
    await execa('go', ['install', `-ldflags=${linkerFlags}`, `${module}@v${ollamaVersion}`], {
      env: { GOTOOLCHAIN: 'local', GOBIN: path.join(result, 'bin') },
    })
    // Ollama looks in ../lib/ollama beside its program only, and rewrites weights with llama-quantize.
    const library = path.join(result, 'lib', 'ollama')
    await mkdir(library, { recursive: true })
    for (const program of [files.llamaServer, files.llamaQuantize]) {
      await copyFile(program, path.join(library, path.basename(program)))
    }
  })
}
