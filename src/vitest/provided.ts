import type { BenchConfig } from '../config/schema.ts'

/** What the plugin gives every lane worker, as plain JSON (`inject('benchMemo')`). */
export interface ProvidedBench {
  readonly lane: string
  /** Folder of bench.config.yaml: dataset paths start here. */
  readonly root: string
  readonly config: BenchConfig
  /** Loopback endpoint of the main process, and the token that opens it. */
  readonly host: { readonly url: string; readonly token: string }
}

declare module 'vitest' {
  export interface ProvidedContext {
    benchMemo: ProvidedBench
  }
}
