import { existsSync, readFileSync } from 'node:fs'
import { defaultModelTag } from '../../src/runtimes/embedded/catalogue.ts'
import { ensureWeights } from '../../src/runtimes/embedded/ensure-weights.ts'
import { EmbeddedSupervisor, type EngineConnection } from '../../src/runtimes/embedded/supervisor.ts'
import { createEmbeddedRuntime } from '../../src/runtimes/embedded.ts'
import type { ChatRequest, Runtime } from '../../src/runtimes/runtime.ts'

/** The built-in model on a real engine. One thread: other tests run on the other cores. */
export async function startRealEngine(): Promise<{
  supervisor: EmbeddedSupervisor
  connection: EngineConnection
  runtime: Runtime
  path: string
}> {
  const path = await ensureWeights(defaultModelTag)
  const supervisor = new EmbeddedSupervisor({ models: [{ tag: defaultModelTag, path }], threads: 1 })
  const connection = await supervisor.start()
  return { supervisor, connection, runtime: createEmbeddedRuntime(connection), path }
}

export const call = { deadline_ms: 120_000 }

export function question(content: string, changes: Partial<ChatRequest> = {}): ChatRequest {
  return {
    tag: defaultModelTag,
    messages: [{ role: 'user', content }],
    temperature: 0,
    seed: 1,
    max_output_tokens: 24,
    context: 2048,
    think: false,
    prefix_cache: false,
    ...changes,
  }
}

/** False for a process that ended, also while nobody has collected its exit status yet. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const status = `/proc/${pid}/status`
  return !existsSync(status) || !/^State:\s+Z/m.test(readFileSync(status, 'utf8'))
}

export async function until(condition: () => boolean, patience_ms: number): Promise<boolean> {
  const end = performance.now() + patience_ms
  while (performance.now() < end) {
    if (condition()) return true
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return condition()
}
