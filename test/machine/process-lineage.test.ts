import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, onTestFinished, test } from 'vitest'
import { processLineage } from '../../src/machine/process-lineage.ts'

/** A shell that starts a shell with another tag, which starts `sleep` and says its pid. */
async function threeGenerations() {
  const inner = 'sleep 60 & echo $!; wait'
  const outer = spawn('sh', ['-c', `WHO=inner sh -c '${inner}'; true`], {
    detached: true,
    env: { PATH: process.env.PATH },
  })
  onTestFinished(() => void process.kill(-(outer.pid as number), 'SIGKILL'))
  const [line] = (await once(outer.stdout, 'data')) as [Buffer]
  return { outer: outer.pid as number, sleeping: Number(line.toString()) }
}

describe.runIf(process.platform === 'linux')('the lineage of a process', () => {
  test('goes from the ancestor down, each with the variable as it was started with', async () => {
    const { outer, sleeping } = await threeGenerations()
    // A shell names its child before that has become `sleep`.
    await expect
      .poll(() => processLineage(sleeping, outer, 'WHO'))
      .toMatchObject([
        { pid: outer, variable: { state: 'not-set' } },
        { command: ['sh', '-c', 'sleep 60 & echo $!; wait'], variable: { state: 'set', value: 'inner' } },
        { pid: sleeping, command: ['sleep', '60'], variable: { state: 'set', value: 'inner' } },
      ])
  })

  test('is the process alone where the other is none of its ancestors', async () => {
    const { outer, sleeping } = await threeGenerations()
    expect(processLineage(outer, sleeping, 'WHO')).toMatchObject([{ pid: outer }])
  })

  test('is empty for a process that there is not, and where processes are not shown', () => {
    expect(processLineage(2 ** 30, 1, 'WHO')).toEqual([])
    expect(processLineage(process.pid, 1, 'WHO', { root: '/no/such/folder' })).toEqual([])
  })
})
