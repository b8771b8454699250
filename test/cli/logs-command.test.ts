import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, test } from 'vitest'

const cli = new URL('../../src/cli/bench-memo.ts', import.meta.url).pathname
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-memo-logs-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

async function logs(...args: string[]) {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [cli, 'logs', ...args], {
    cwd: folder,
    reject: false,
  })
  return { exitCode, stdout, stderr }
}

test('bench-memo logs ends with 0 where nothing is found, 1 where something is, 2 where that is not known', async () => {
  await writeFile(join(folder, 'calm.log'), 'a line\n')
  await writeFile(join(folder, 'blocked.log'), '2026-11-25T10:00:00Z job=a reason=blocked_local_quality\n')
  expect((await logs('calm.log')).exitCode).toBe(0)
  expect((await logs('blocked.log')).exitCode).toBe(1)
  expect(await logs('none.log')).toMatchObject({ exitCode: 2, stdout: expect.stringContaining('none.log') })
  await writeFile(join(folder, 'bench.config.yaml'), 'version: 1\n')
  // 1 would say that the calm log holds a fault.
  const { exitCode, stdout, stderr } = await logs('calm.log')
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
  expect(stderr).toContain('bench.config.yaml')
  expect(stderr).not.toContain('bench-memo logs [paths…]')
})
