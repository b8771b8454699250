import { afterEach, expect, test } from 'vitest'
import type { LaneConfig } from '../../src/config/schema.ts'
import type { ProbedLane } from '../../src/lanes/lane.ts'
import { probeInterference } from '../../src/probes/interference.ts'
import type { Runtime } from '../../src/runtimes/runtime.ts'
import { benchConfig } from '../support/evidence.ts'

const { execPath } = process
afterEach(() => {
  process.execPath = execPath
})

test('a foreground task that cannot be started is an empty measurement, not the end of the lane', async () => {
  process.execPath = '/nowhere/node'
  const refusing = { chat: () => Promise.reject(new Error('it is gone')) } as unknown as Runtime
  const probed: ProbedLane = {
    name: 'local',
    lane: benchConfig().lanes.local as LaneConfig,
    runtime: refusing,
    description: undefined,
    options_sha256: 'a'.repeat(64),
  }
  expect(await probeInterference(probed, 0.1)).toMatchObject({ idle_ms: [], answering_ms: [] })
})
