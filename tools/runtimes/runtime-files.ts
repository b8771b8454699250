import { readFileSync } from 'node:fs'
import path from 'node:path'
import { cacheFolder } from '../../src/cache/cache-folder.ts'
import { catalogue, defaultModelTag } from '../../src/runtimes/embedded/catalogue.ts'
import { weightsPath } from '../../src/runtimes/embedded/ensure-weights.ts'
import { processorKey } from './processor-key.ts'

/** The Ollama that tests meet. */
export const ollamaVersion = '0.31.0'
/** The LiteLLM that tests meet. */
export const litellmVersion = '1.108.7'

const llamaSources = new URL('../../node_modules/node-llama-cpp/llama/', import.meta.url)

/** The git bundle of llama.cpp that node-llama-cpp ships. */
export const llamaBundle = new URL('gitRelease.bundle', llamaSources).pathname

/** Where prepared runtimes are, or will be: outside the repository, apart for each processor and version. */
export interface RuntimeFiles {
  /** Folder of everything that is built on this machine. */
  readonly root: string
  /** The weights of the built-in model. */
  readonly weights: string
  /** The same model in Q4_0: other weights under what may be the same name. */
  readonly requantised: string
  readonly llamaServer: string
  readonly llamaQuantize: string
  readonly ollama: string
  /** The Python that has LiteLLM's packages. */
  readonly litellm: string
}

/** Reads llama.cpp's version from node-llama-cpp. Throws where node-llama-cpp is not installed. */
export function runtimeFiles(): RuntimeFiles {
  const model = catalogue.find(({ tag }) => tag === defaultModelTag)
  if (!model) throw new Error(`the catalogue has no model ${defaultModelTag}`)
  const llama = `llama.cpp-${llamaVersion()}`
  const root = path.join(cacheFolder(), 'test-runtimes', processorKey())
  return {
    root,
    weights: weightsPath(model),
    requantised: path.join(root, `weights-${llama}`, 'SmolLM2-135M-Instruct.Q4_0.gguf'),
    llamaServer: path.join(root, llama, 'llama-server'),
    llamaQuantize: path.join(root, llama, 'llama-quantize'),
    // Ollama runs the llama-server that lies beside it, so its folder belongs to a version of both.
    ollama: path.join(root, `ollama-${ollamaVersion}-${llama}`, 'bin', 'ollama'),
    litellm: path.join(root, `litellm-${litellmVersion}`, 'bin', 'python'),
  }
}

function llamaVersion(): string {
  const { tag } = JSON.parse(readFileSync(new URL('llama.cpp.info.json', llamaSources), 'utf8')) as { tag: string }
  return tag
}
