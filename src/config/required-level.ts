import { isOnThisMachine } from './endpoint.ts'
import { runtimeOf } from './location.ts'
import { type BenchConfig, type IdentityLevel, identityLevels, type RuntimeConfig, type RuntimeKind } from './schema.ts'

/** The best proof that a kind of runtime can give for a server on this machine. */
const bestHere: Readonly<Record<RuntimeKind, IdentityLevel>> = {
  embedded: 'mapped',
  ollama: 'mapped',
  'llama-server': 'mapped',
  // It names a folder or a hub's id, no files that could be hashed.
  vllm: 'declared-twice',
  // Names a model and whether it is loaded, never a file.
  'lm-studio': 'echo',
  'openai-compatible': 'echo',
}

/** The best proof within reach of a runtime: files on another host cannot be read. */
export function bestLevel(runtime: RuntimeConfig): IdentityLevel {
  const best = bestHere[runtime.kind]
  if (isOnThisMachine(runtime)) return best
  return isAtLeast(best, 'declared-twice') ? 'declared-twice' : best
}

/** The proof that a lane's answers must reach: what the config says, else weights here, the best elsewhere, an echo in the cloud. */
export function requiredLevel(config: BenchConfig, lane: string): IdentityLevel {
  const runtime = runtimeOf(config, lane)
  const own = config.lanes[lane]?.required_identity
  if (own !== undefined) return own
  if (runtime.kind !== 'embedded' && runtime.location === 'cloud') return 'echo'
  const best = bestLevel(runtime)
  return isAtLeast(best, 'weights') ? 'weights' : 'declared-twice'
}

export function isAtLeast(level: IdentityLevel, least: IdentityLevel): boolean {
  return identityLevels.indexOf(level) >= identityLevels.indexOf(least)
}
