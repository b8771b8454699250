import { existsSync } from 'node:fs'
import { runtimeFiles } from '../../../tools/runtimes/runtime-files.ts'

/** A file of `npm run runtimes`. */
type Prepared =
  | { readonly state: 'ready'; readonly path: string }
  | { readonly state: 'missing'; readonly reason: string }

/** What a reader calls them. */
export const preparedTitles = {
  weights: 'the SmolLM2 weights',
  requantised: 'the requantised weights',
  llamaServer: 'real llama-server',
  ollama: 'real Ollama',
  litellm: 'real LiteLLM',
} as const

/** What tests can ask for. The built-in weights and their requantised copy are files, the others programs. */
export type PreparedName = keyof typeof preparedTitles

/** The time is that of two cores where nothing is there yet. */
const notPrepared = 'not prepared; npm run runtimes builds what is missing in about 8 minutes'
const notInstalled = 'not prepared; npm run runtimes -- --with-litellm installs it in about a minute'
/** Bytes that a small model and its server want to find free. */
const neededMemory = 1_500_000_000

/** Where each prepared runtime is, or in one clause why it cannot be used. Reads the file system only. */
export function preparedRuntimes(): Readonly<Record<PreparedName, Prepared>> {
  const files = runtimeFiles()
  const find = (name: PreparedName): Prepared => {
    const path = files[name]
    if (!existsSync(path)) return { state: 'missing', reason: name === 'litellm' ? notInstalled : notPrepared }
    const free = process.availableMemory()
    if (free < neededMemory) {
      const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(1)
      const reason = `needs ${gigabytes(neededMemory)} GB of free memory, ${gigabytes(free)} GB are free`
      return { state: 'missing', reason }
    }
    return { state: 'ready', path }
  }
  return {
    weights: find('weights'),
    requantised: find('requantised'),
    llamaServer: find('llamaServer'),
    ollama: find('ollama'),
    litellm: find('litellm'),
  }
}

/** The path of a prepared runtime. Throws where it cannot be used, and says why. */
export function preparedPath(name: PreparedName): string {
  const found = preparedRuntimes()[name]
  if (found.state === 'missing') throw new Error(`${preparedTitles[name]}: ${found.reason}`)
  return found.path
}
