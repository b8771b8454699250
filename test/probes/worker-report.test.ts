import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { reportedModel } from '../../src/probes/worker-report.ts'

const fromStdout = (stdout: string, pointer = '/observed_model') =>
  reportedModel({ pointer }, { stdout, folder: '/', since_ms: 0 })

describe("the model of a worker's own record", () => {
  test.for([
    ['one JSON document', '{\n  "observed_model": "qwen3:8b"\n}\n', 'qwen3:8b'],
    [
      'the last line that is JSON',
      'starting\n{"observed_model":"phi4"}\n{"observed_model":"qwen3:8b"}\nbye\n',
      'qwen3:8b',
    ],
    ['no JSON', 'qwen3:8b', undefined],
    ['nothing', '', undefined],
    ['another field', '{"model":"qwen3:8b"}', undefined],
    ['no text', '{"observed_model":7}', undefined],
    ['a text that is no name', '{"observed_model":"the patient is Ada"}', undefined],
  ] as const)('is read from stdout that holds %s', async ([, stdout, expected]) => {
    expect(await fromStdout(stdout)).toBe(expected)
  })

  test('follows a JSON pointer', async () => {
    expect(await fromStdout('{"runs":[{"a/b":"qwen"}]}', '/runs/0/a~1b')).toBe('qwen')
    expect(await fromStdout('{}', '/constructor/name')).toBeUndefined()
  })

  test('is read from a file only where this run has written it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bench-memo-report-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const read = (since_ms: number) =>
      reportedModel({ pointer: '/m', file: 'log.json' }, { stdout: '', folder, since_ms })
    expect(await read(0)).toBeUndefined()
    await writeFile(join(folder, 'log.json'), '{"m":"qwen"}')
    expect(await read(Date.now() - 1000)).toBe('qwen')
    await utimes(join(folder, 'log.json'), 1000, 1000)
    expect(await read(Date.now() - 1000)).toBeUndefined()
  })
})
