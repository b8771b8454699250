import { describe, expect, test } from 'vitest'
import { memoJson } from '../../reporters/memo-json.ts'
import { memoMarkdown } from '../../reporters/memo-markdown.ts'
import { verdictLine } from '../../reporters/progress.ts'
import { terminalSummary } from '../../reporters/terminal.ts'
import { type Assessment, assess } from '../../src/assessment/assess.ts'
import { memoSchema } from '../../src/assessment/memo-schema.ts'
import { uniteEvidence } from '../../src/evidence/read.ts'
import { type Evidence, evidenceSchema } from '../../src/evidence/schema.ts'
import { sha256 } from '../../src/evidence/stored-text.ts'
import { benchConfig, completions, goodExamination, memory, provenEvidence } from '../support/evidence.ts'

const config = benchConfig({
  lanes: '[local, local-two]',
  workload: 'volume: { per_month: 100 }\n    value: { minutes_saved_per_task: 5 }',
})
const at = '2026-02-01T00:00:00.000Z'
const base = { run_id: 'run', at }

function run(mode: 'memo' | 'gate'): Evidence {
  return evidenceSchema.parse({
    kind: 'run',
    id: 'run-1',
    ...base,
    versions: {},
    config_file: 'bench.config.yaml',
    config_sha256: sha256('config'),
    mode,
    filters: [],
    environment_names: [],
  })
}
const stop = evidenceSchema.parse({
  kind: 'curtailment',
  id: 'curtailment-1',
  ...base,
  lane: 'local',
  workload: 'work',
  gate: 'validity',
  asked: 11,
  records: 30,
})
const baseline = evidenceSchema.parse({
  kind: 'baseline',
  id: 'baseline-1',
  ...base,
  workload: 'work',
  record_id: 'r-1',
  record_sha256: sha256('r-1'),
  examination: goodExamination,
})
/** Eleven answers, the last of which is broken. */
const answered = completions(11, (index) => (index === 10 ? { examination: { json: 'not-json' } } : {}))

function assessed(evidence: readonly Evidence[]): Assessment {
  const assessment = assess(uniteEvidence(evidence), config)
  memoSchema.parse(JSON.parse(memoJson(assessment)))
  return assessment
}

describe('the memo of a gate run', () => {
  const assessment = assessed([run('gate'), ...answered, memory(40), baseline, stop])
  const [workload] = assessment.workloads

  test('says in the terminal and in the memo what was saved, and that no rate can be had', () => {
    const line = 'work on local: stopped early, because validity had failed: 11 of 30 asked, 19 saved'
    expect(terminalSummary(assessment)).toContain(line)
    const memo = memoMarkdown(assessment)
    expect(memo).toContain(`- ${line}; curtailed: no rate (\`curtailment-1\`)`)
    expect(memo).toContain('10 of 11 valid')
    expect(memo).not.toMatch(/10 of 11 valid[^|]*share/)
    expect(assessment.curtailed).toMatchObject([{ lane: 'local', asked: 11, records: 30, calls_saved: 19 }])
  })

  test('decides by what has failed, and computes nothing else from the lane: no baseline, no flip, no draft', () => {
    expect(workload?.standings[0]).toMatchObject({ lane: 'local', status: 'unfit' })
    expect(workload?.baselines.map(({ lane }) => lane)).not.toContain('local')
    expect(workload?.flips.filter(({ text }) => text.startsWith('local:'))).toEqual([])
    expect(workload?.answers.map(({ lane }) => lane)).not.toContain('local')
  })

  test('shows an open gate by why it is open, not by what was seen until then', () => {
    const quality = workload?.standings[0]?.verdicts.find(({ gate }) => gate === 'quality')
    if (!quality) throw new Error('quality is judged')
    expect(verdictLine(quality)).toBe(
      '  insufficient  quality   stopped early, because validity had failed (11 of 30 records asked)',
    )
  })

  test('gives no value, though all gates passed: of gate runs those that complete are the lucky ones', () => {
    expect(assessed([run('memo'), ...provenEvidence()]).value).toHaveLength(1)
    expect(assessed([run('gate'), ...provenEvidence()]).value).toEqual([])
  })
})

test('every share that the memo shows has its n and its interval', () => {
  const memo = memoMarkdown(assessed([run('memo'), ...provenEvidence(), baseline]))
  expect(memo).toContain('25 of 25 valid; share 100 % (86.6 % to 100 %)')
  expect(memo).toContain('25 of 25 records good, 50 of 50 facts found; share 100 % (86.6 % to 100 %)')
  expect(memo).toContain('| 1 of 1, 100 % (20.6 % to 100 %)')
  expect(memo).toContain('| 25 of 25, 100 % (86.6 % to 100 %)')
})
