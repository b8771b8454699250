import type { EvidenceFacts } from '../evidence/schema.ts'
import type { EffectiveConfig } from './effective-config.ts'
import type { Host } from './host.ts'

/**
 * What plugin and reporter share in Vitest's main process. They may be two instances of this module, so it hangs
 * on the Vitest object itself.
 */
export interface BenchContext {
  readonly loaded: EffectiveConfig
  /** Folder of bench.config.yaml. */
  readonly root: string
  /** Folder for evidence and memos: `.bench` under the root. */
  readonly folder: string
  readonly host: Host
  /** The run that is on; it has begun once a lane's worker asked for it. */
  run(): { readonly id: string; readonly folder: string; readonly evidenceFolder: string; readonly begun: boolean }
  /** Lets other processes of this machine run their lanes. */
  release(): Promise<void>
  /** Resolves once what is written beside the run, such as the inventory, is there. */
  settled(): Promise<void>
  /** Writes a record of the main process's own. */
  append(facts: EvidenceFacts): Promise<void>
}

const key = Symbol.for('bench-memo.context')

export function attachContext(vitest: object, context: BenchContext): void {
  Object.assign(vitest, { [key]: context })
}

/** Undefined where the plugin is not in the Vitest config. */
export function contextOf(vitest: object): BenchContext | undefined {
  return (vitest as { [key]?: BenchContext })[key]
}
