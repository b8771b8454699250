import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { platform, tmpdir, totalmem } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { machineSchema } from '../../src/config/machine-schema.ts'
import type { LaneConfig, RuntimeKind } from '../../src/config/schema.ts'
import { measureHeadroom } from '../../src/lanes/headroom.ts'
import type { LoadFacts, Runtime } from '../../src/runtimes/runtime.ts'
import { benchConfig } from '../support/evidence.ts'

const limits = machineSchema.parse({}).memory
const lane = benchConfig().lanes.local as LaneConfig
const metadata = {
  'general.architecture': 'llama',
  'llama.block_count': 32,
  'llama.context_length': 8192,
  'llama.embedding_length': 4096,
  'llama.attention.head_count': 32,
  'llama.attention.head_count_kv': 8,
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'bench-memo-headroom-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function look(
  kind: RuntimeKind,
  known: Partial<LoadFacts>,
  { context, serving_pid }: { context?: number; serving_pid?: number } = {},
  more: Partial<Runtime> = {},
) {
  const runtime = {
    loadFacts: async () => ({ loaded: false, metadata, ...known }),
    list: async () => [],
    ...more,
  } as unknown as Runtime
  const asked: LaneConfig = { ...lane, ...(context !== undefined && { context }) }
  return await measureHeadroom(
    { name: 'local', lane: asked, kind, options_sha256: 'a'.repeat(64), limits, runtime, serving_pid },
    { deadline_ms: 1000 },
  )
}

describe('a look at the room before a load', () => {
  test('takes the context that will be in force: a server that was started with one, a model that was trained for less', async () => {
    const weights_bytes = 1000
    const contexts = await Promise.all([
      look('llama-server', { weights_bytes, context: 2048 }, { context: 65_536 }),
      look('ollama', { weights_bytes }, { context: 65_536 }),
      look('ollama', { weights_bytes, context: 2048 }),
      look('ollama', { weights_bytes }),
      look('embedded', { weights_bytes }, { context: 1024 }),
    ])
    expect(contexts.map(({ estimate }) => estimate?.context)).toEqual([2048, 8192, 2048, 4096, 1024])
  })

  test.runIf(platform() === 'linux')(
    'refuses what is larger than the machine, all shards together, but not what is loaded already',
    async () => {
      const files = await Promise.all(
        [1, 2].map(async (shard) => {
          const file = path.join(folder, `m-0000${shard}-of-00002.gguf`)
          await writeFile(file, '')
          // A hole: neither shard alone is too large.
          await truncate(file, Math.round(0.6 * totalmem()))
          return file
        }),
      )
      expect(await look('embedded', { files: files.slice(1) })).toMatchObject({
        estimate: { from: 'runtime', weights_bytes: Math.round(0.6 * totalmem()) },
      })
      expect(await look('embedded', { files })).toMatchObject({ refused: true })
      expect(await look('embedded', { files, loaded: true })).toMatchObject({ refused: false, already_loaded: true })
    },
  )

  test.runIf(platform() === 'linux')(
    'counts what the server holds for another model as room, where it gives that back, and not what it holds itself',
    async () => {
      // A server that has started one process for a model.
      const child = fork(new URL('../support/idle-process.ts', import.meta.url), ['with-child'], { execArgv: [] })
      const alone = fork(new URL('../support/idle-process.ts', import.meta.url), { execArgv: [] })
      try {
        await Promise.all([once(child, 'message'), once(alone, 'message')])
        const serving_pid = child.pid as number
        expect((await look('ollama', { weights_bytes: 1 }, { serving_pid })).given_back_bytes).toBeGreaterThan(1e6)
        const other: Partial<Runtime> = { list: async () => [{ tag: 'other', loaded: true }] }
        expect((await look('embedded', { weights_bytes: 1 }, { serving_pid }, other)).given_back_bytes).toBeGreaterThan(
          1e6,
        )
        for (const kept of [
          await look('llama-server', { weights_bytes: 1 }, { serving_pid }),
          await look('ollama', { weights_bytes: 1, loaded: true }, { serving_pid }),
          await look('ollama', { weights_bytes: 1 }, { serving_pid: alone.pid as number }),
          await look('embedded', { weights_bytes: 1 }, { serving_pid }),
        ])
          expect(kept).not.toHaveProperty('given_back_bytes')
      } finally {
        child.kill()
        alone.kill()
      }
    },
  )
})
