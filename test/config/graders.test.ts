import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { fillPrompt } from '../../src/datasets/fill-prompt.ts'
import { readGrading } from '../../src/datasets/grading.ts'
import { benchConfig } from '../support/evidence.ts'

const grader = (more: string) =>
  benchConfig({
    workload: `graders: { useful: { lane: local-two, prompt: useful.md, grades: [good, poor], ${more} } }`,
  })

describe('a grader of the config', () => {
  test('has a lane of the config, not necessarily a candidate', () => {
    expect(() => grader('')).not.toThrow()
    expect(() => benchConfig({ workload: 'graders: { a: { lane: lokal, prompt: a.md, grades: [x, y] } }' })).toThrow(
      /no lane is named "lokal".*local/s,
    )
  })

  test('on a cloud lane never sees a private workload', () => {
    const cloud = 'graders: { a: { lane: cloud, prompt: a.md, grades: [x, y] } }'
    expect(() => benchConfig({ workload: cloud })).not.toThrow() // the workload is public
    expect(() => benchConfig({ workload: cloud, privacy: 'private' })).toThrow(
      /lane cloud runs in the cloud, and private text never goes there/,
    )
  })

  test('can call an answer bad', () => {
    expect(() => grader('good: 2')).toThrow(/2 of 2 grades would be good/)
    expect(() => benchConfig({ workload: 'graders: { a: { lane: local, prompt: a.md, grades: [x, x] } }' })).toThrow(
      /the grade "x" stands twice/,
    )
  })
})

describe("a grader's prompt", () => {
  const read = (text: string) => {
    const root = mkdtempSync(join(tmpdir(), 'bench-memo-grader-'))
    onTestFinished(() => rmSync(root, { recursive: true }))
    writeFileSync(join(root, 'useful.md'), text)
    return readGrading({ lane: 'local', prompt: 'useful.md', grades: ['good', 'poor'], good: 1 }, root)
  }

  test('takes input and answer literally, whatever stands in them', () => {
    const { dataset, recordOf } = read('# system\nGrade.\n# user\nIn: {{input}}\nOut: {{answer}}\n')
    const record = recordOf({ id: 'r-1', input: 'a {{answer}} $& b', expected: {} }, 'say {{input}} $1')
    expect(fillPrompt(dataset.prompt, record.input)).toEqual([
      { role: 'system', content: 'Grade.' },
      { role: 'user', content: 'In: a {{answer}} $& b\nOut: say {{input}} $1' },
    ])
    expect(dataset.schema).toMatchObject({ properties: { grade: { enum: ['good', 'poor'] } } })
  })

  test('is refused without a place for the answer, and where the file is missing', () => {
    expect(() => read('# user\n{{input}}\n')).toThrow(
      /\{\{answer\}\} must stand once in the last section, and stands 0 times/,
    )
    expect(() =>
      readGrading({ lane: 'local', prompt: 'none.md', grades: ['good', 'poor'], good: 1 }, tmpdir()),
    ).toThrow(/none\.md.*cannot be read \(ENOENT\)/s)
  })
})
