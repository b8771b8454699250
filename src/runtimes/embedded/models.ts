import type { Llama } from 'node-llama-cpp'
import { EngineRefusal } from './engine-refusal.ts'
import { describeLoaded, disposeModel, type LoadedModel, loadModel } from './loaded-model.ts'
import type { DescribeAnswer, EngineModel } from './protocol.ts'

export interface LlamaEnvironment {
  readonly library: typeof import('node-llama-cpp')
  readonly llama: Llama
  /** Such as `node-llama-cpp 3.21.1 (llama.cpp v0.4.0)`. */
  readonly server_build: string
}

/** The tags that the engine serves, and the one of them that is in memory. Callers take turns (turns.ts). */
export class Models {
  readonly #environment: LlamaEnvironment
  readonly #entries: ReadonlyMap<string, EngineModel>
  readonly #threads: number
  #loaded: LoadedModel | undefined

  constructor(environment: LlamaEnvironment, entries: readonly EngineModel[], threads: number) {
    this.#environment = environment
    this.#entries = new Map(entries.map((entry) => [entry.tag, entry]))
    this.#threads = threads
  }

  /** Tags in the order of the configuration. */
  list(): { tag: string; loaded: boolean }[] {
    return [...this.#entries.keys()].map((tag) => ({ tag, loaded: this.#loaded?.tag === tag }))
  }

  /** The entry of a tag; an EngineRefusal 404 where there is none. */
  entry(tag: string): EngineModel {
    const entry = this.#entries.get(tag)
    if (!entry) throw new EngineRefusal(404, 'not_found_error', `model '${tag}' not found`)
    return entry
  }

  /**
   * The model, loaded where it is not, or not with that context. Without a context, whatever context it has will do.
   */
  async ensure(tag: string, context: number | undefined): Promise<{ loaded: LoadedModel; loaded_now: boolean }> {
    const entry = this.entry(tag)
    const current = this.#loaded
    if (current?.tag === tag && (context === undefined || current.context_configured === context)) {
      return { loaded: current, loaded_now: false }
    }
    await this.#dispose()
    const { library, llama } = this.#environment
    this.#loaded = await loadModel(library, llama, entry, context, this.#threads)
    return { loaded: this.#loaded, loaded_now: true }
  }

  /** Puts the model out of memory, if it is in it. */
  async unload(tag: string): Promise<void> {
    this.entry(tag)
    if (this.#loaded?.tag === tag) await this.#dispose()
  }

  describe(tag: string): DescribeAnswer {
    const entry = this.entry(tag)
    return {
      tag,
      path: entry.path,
      pid: process.pid,
      server_build: this.#environment.server_build,
      ...(this.#loaded?.tag === tag && describeLoaded(this.#loaded)),
    }
  }

  async #dispose(): Promise<void> {
    const loaded = this.#loaded
    this.#loaded = undefined
    if (loaded) await disposeModel(loaded)
  }
}
