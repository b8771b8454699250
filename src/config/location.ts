import type { BenchConfig, RuntimeConfig } from './schema.ts'

/** Whether a lane's prompts stay on the premises. @throws TypeError where the config has no such lane */
export function locationOf(config: BenchConfig, lane: string): 'local' | 'cloud' {
  const runtime = runtimeOf(config, lane)
  return runtime.kind === 'embedded' ? 'local' : runtime.location
}

/** The runtime of a lane. @throws TypeError where the config has no such lane */
export function runtimeOf(config: BenchConfig, lane: string): RuntimeConfig {
  const runtime = config.runtimes[config.lanes[lane]?.runtime ?? '']
  if (!runtime) throw new TypeError(`the config has no lane ${lane} with a runtime`)
  return runtime
}
