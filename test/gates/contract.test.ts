import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Examination } from '../../src/evidence/schema.ts'
import { contractBreach } from '../../src/gates/contract.ts'
import { judge } from '../../src/gates/judge.ts'
import { groupTrials } from '../../src/gates/trials.ts'
import { benchConfig, completion, completions, goodExamination } from '../support/evidence.ts'

const breach = (examination: Partial<Examination>, workload = '') =>
  contractBreach(completion({ examination }), benchConfig({ workload }).workloads.work as never)
const error = (keyword: string, path: string) => ({ schema_errors: [{ path, keyword, message: 'is wrong' }] })

describe('failure classes', () => {
  test.each([
    [{ missing_fields: ['lines.2.name'] }, 'missing field lines.*.name'],
    [{ outside_vocabulary: ['tags.0'] }, 'invented tags.*'],
    [error('maxLength', '/summary'), 'too long summary'],
    [error('type', '/lines/0/amount'), 'wrong type of lines.*.amount'],
    [error('type', ''), 'wrong type of answer'],
    [error('additionalProperties', ''), 'unknown field'],
    [error('pattern', '/order'), 'malformed order'],
    [error('minItems', '/tags'), 'schema (minItems)'],
  ])('%j is "%s"', (examination, cause) => {
    expect(breach(examination)?.cause).toBe(cause)
  })
})

describe('length bounds', () => {
  const lengths = { characters: 60, words: 8, fields: [{ field: 'summary', characters: 40, words: 6 }] }
  const judged = (bounds: string, is: Partial<Examination> = { lengths }) =>
    breach(is, `contract: { length: ${bounds} }`)

  test.each([
    ['{ maximum_words: 7 }', 'too long answer', 'the answer has 8 words, at most 7 are allowed'],
    ['{ minimum_characters: 61 }', 'too short answer', 'the answer has 60 characters, at least 61 are asked for'],
    [
      '{ fields: { summary: { maximum_words: 5 } } }',
      'too long summary',
      'field summary has 6 words, at most 5 are allowed',
    ],
    [
      '{ fields: { summary: { minimum_characters: 41 } } }',
      'too short summary',
      'field summary has 40 characters, at least 41 are asked for',
    ],
  ])('%s: %s', (bounds, cause, why) => {
    expect(judged(bounds)).toEqual({ cause, why })
  })

  test('are kept at the bound itself, and say nothing of a field without text', () => {
    expect(
      judged('{ minimum_words: 8, maximum_words: 8, fields: { summary: { maximum_characters: 40 } } }'),
    ).toBeUndefined()
    expect(judged('{ fields: { note: { minimum_words: 3 } } }')).toBeUndefined()
  })

  test('are not kept by an answer whose length nobody wrote down', () => {
    expect(judged('{ maximum_words: 7 }', {})?.cause).toBe('length not recorded')
  })

  test('that no text can keep are refused with the config', () => {
    expect(() => benchConfig({ workload: 'contract: { length: { minimum_words: 9, maximum_words: 3 } }' })).toThrow(
      /minimum_words is 9, more than maximum_words \(3\)/,
    )
    expect(() =>
      benchConfig({
        workload: 'contract: { length: { fields: { a: { minimum_characters: 2, maximum_characters: 1 } } } }',
      }),
    ).toThrow(/minimum_characters is 2/)
  })
})

describe('trials', () => {
  const asked = (record: string, prompt = record) => {
    const one = completion({ record })
    return { ...one, prompt: { ...one.prompt, sha256: prompt.padEnd(64, '0') } }
  }

  test('the same filled prompt is one trial under whatever input, the same input under whatever prompt', () => {
    expect(groupTrials([asked('a'), asked('b', 'a')])).toHaveLength(1)
    expect(groupTrials([asked('a'), asked('a', 'b')])).toHaveLength(1)
    expect(groupTrials([asked('a'), asked('b')])).toHaveLength(2)
    expect(groupTrials([asked('a'), asked('b'), asked('a', 'b')])).toHaveLength(1)
  })

  test('their number is that of the connected groups, in whatever order the answers came', () => {
    const pairs = fc.array(fc.tuple(fc.nat({ max: 5 }), fc.nat({ max: 5 })), { maxLength: 12 })
    fc.assert(
      fc.property(pairs, (all) => {
        const answers = all.map(([input, prompt]) => asked(`i${input}`, `p${prompt}`))
        const groups = groupTrials(answers)
        expect(groups.flat()).toHaveLength(answers.length)
        expect(groupTrials(answers.toReversed())).toHaveLength(groups.length)
        for (const [index, group] of groups.entries())
          for (const other of groups.slice(index + 1))
            for (const a of group)
              for (const b of other)
                expect(a.record_sha256 === b.record_sha256 || a.prompt.sha256 === b.prompt.sha256).toBe(false)
      }),
      { numRuns: 200 },
    )
  })

  test('25 records with one filled prompt are one of 25 for validity and for quality', () => {
    const config = benchConfig()
    const [first, ...others] = completions(25)
    const evidence = [first, ...others.map((each) => ({ ...each, prompt: first?.prompt }))] as typeof others
    const input = { config, lane: 'local', workload: 'work', evidence }
    expect(judge('validity', input)).toMatchObject({ status: 'insufficient', n: 1, needed: 25 })
    expect(judge('quality', input)).toMatchObject({ status: 'insufficient', n: 1 })
  })
})

describe('a secret that got through', () => {
  const leaks = [{ where: 'redacted-input' as const, field: 'person', index: 1 }]
  const judgeWith = (n: number, workload = '') =>
    judge('quality', {
      config: benchConfig({ workload }),
      lane: 'local',
      workload: 'work',
      evidence: completions(n, (index) => (index === 3 ? { examination: { ...goodExamination, leaks } } : {})),
    })

  test('fails quality though every fact was found, names the record, and says where', () => {
    expect(judgeWith(100)).toMatchObject({
      status: 'fail',
      leaks: 1,
      observed: 'a secret got through in 1 of 100 records; 99 of 100 records good, 200 of 200 facts found',
      offender: { record_id: 'r-4', why: 'person 2 was not named, so redaction leaves it in' },
    })
  })

  test('fails it whatever share is asked for, on however few records, and where quality else decides nothing', () => {
    expect(judgeWith(5).status).toBe('fail')
    expect(judgeWith(25, 'gates: { quality: { minimum_share: 0, required: false } }')).toMatchObject({
      status: 'fail',
      required: true,
    })
  })
})
