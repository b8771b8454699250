import type { BenchConfig } from './schema.ts'

/** Whether a lane's prompts stay on the premises. @throws TypeError where the config has no such lane */
export function locationOf(config: BenchConfig, lane: string): 'local' | 'cloud' {
  const runtime = config.runtimes[config.lanes[lane]?.runtime ?? '']
  if (!runtime) throw new TypeError(`the config has no lane ${lane} with a runtime`)
  return runtime.kind === 'openai-compatible' ? runtime.location : 'local'
}
