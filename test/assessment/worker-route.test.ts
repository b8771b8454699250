import { describe, expect, test } from 'vitest'
import { memoJson } from '../../reporters/memo-json.ts'
import { memoMarkdown } from '../../reporters/memo-markdown.ts'
import { terminalSummary } from '../../reporters/terminal.ts'
import { assess } from '../../src/assessment/assess.ts'
import { memoSchema } from '../../src/assessment/memo-schema.ts'
import type { Evidence } from '../../src/evidence/schema.ts'
import { benchConfig, completions, provenEvidence } from '../support/evidence.ts'
import { laneModel, processes, request, withWorker, workerRun } from '../support/worker-evidence.ts'

/** A lane that passed every gate, and whose worker reaches another model. */
const config = withWorker(benchConfig())
const dropped = workerRun(config, {
  requests: [request('phi4-mini', { processes: processes(undefined, undefined) })],
})
const assessed = (evidence: readonly Evidence[], by = config) => {
  const assessment = assess(evidence, by)
  const [workload] = assessment.workloads
  if (!workload) throw new Error('no workload')
  return { ...workload, assessment }
}
const fix =
  'local: pass selected_model on as LOCAL_MODEL_TAG in the environment with which step-1 starts step-2, and let step-2 fail where it is missing'

describe('a workload whose worker drops the tag', () => {
  const { route, route_after_fixes, standings, assessment } = assessed([...provenEvidence(), dropped])

  test('has an untrusted lane today, and is blocked', () => {
    expect(standings[0]).toMatchObject({ status: 'untrusted', evidence_ids: [dropped.id] })
    expect(route).toMatchObject({ route: 'blocked', blocked: 'blocked-local' })
  })

  test('is local-primary after the fix, which is named and cites its evidence', () => {
    expect(route_after_fixes?.route).toMatchObject({ route: 'local-primary', mode: 'autonomous', lane: 'local' })
    expect(route_after_fixes?.fixes).toEqual([{ text: fix, evidence_ids: [dropped.id] }])
  })

  test('has the fix as its next step', () => {
    expect(assessment.next_steps[0]).toMatchObject({ lane: 'local', what: fix.replace('local: ', '') })
  })

  test('shows both routes in terminal, memo.md and memo.json', () => {
    expect(terminalSummary(assessment)).toContain(`  after fixes: local-primary, autonomous, on local. Fix ${fix}`)
    const memo = memoMarkdown(assessment)
    expect(memo).toContain('| Workload | Route today | Mode | Lane | Route after named fixes | Why | Evidence |')
    expect(memo).toContain('After these fixes the route would be **local-primary** (autonomous on local):')
    const [written] = memoSchema.parse(JSON.parse(memoJson(assessment))).workloads
    expect(written?.route_after_fixes?.route.route).toBe('local-primary')
  })
})

describe('the route after fixes', () => {
  test('is left out where the worker paths are in order', () => {
    const { route, route_after_fixes, assessment } = assessed([...provenEvidence(), workerRun(config)])
    expect(route.route).toBe('local-primary')
    expect(route_after_fixes).toBeUndefined()
    expect(memoMarkdown(assessment)).not.toContain('after named fixes')
  })

  test('keeps a lane that is unfit for other reasons in drafts', () => {
    const unfit = completions(25, () => ({ examination: { missing_fields: ['a'] } }))
    const { route, route_after_fixes } = assessed([...unfit, dropped])
    expect(route).toMatchObject({ route: 'blocked', mode: 'none' })
    expect(route_after_fixes?.route).toMatchObject({ route: 'blocked', mode: 'draft-only' })
  })

  test('names the lane that would take over, not every lane with a broken worker', () => {
    const both = withWorker(withWorker(benchConfig({ lanes: '[local, local-two]' })), 'local-two', 'second')
    const broken = (worker: string) => workerRun(both, { worker, requests: [] })
    const { route_after_fixes } = assessed(
      [...provenEvidence('local'), ...provenEvidence('local-two'), broken('delegate'), broken('second')],
      both,
    )
    expect(route_after_fixes?.route.lane).toBe('local')
    expect(route_after_fixes?.fixes.map(({ text }) => text.split(':', 1)[0])).toEqual(['local'])
  })

  test('never takes another failure for mended', () => {
    const evidence = completions(26, () => ({ identity: { contradictions: ['they differ'] } }))
    expect(assessed([...evidence, dropped]).route_after_fixes).toBeUndefined()
  })
})

describe('a lane', () => {
  test('is untrusted where its workers were not run, unproven where it was not asked at all', () => {
    expect(assessed(provenEvidence()).standings[0]).toMatchObject({ status: 'untrusted' })
    expect(assessed([]).standings[0]).toMatchObject({ status: 'unproven' })
  })

  test('is judged without its workers where the config does not require them', () => {
    const relaxed = withWorker(benchConfig({ workload: 'gates: { worker: { required: false } }' }))
    const { route, standings } = assessed([...provenEvidence(), dropped], relaxed)
    expect(route).toMatchObject({ route: 'local-primary', lane: 'local' })
    expect(standings[0]?.verdicts.find(({ gate }) => gate === 'worker')).toMatchObject({
      status: 'fail',
      required: false,
    })
  })

  test('says what a worker that is in order could lose', () => {
    const { flips } = assessed([...provenEvidence(), workerRun(config)])
    expect(flips.map(({ text }) => text)).toContain('local: one request of a worker for another model')
    expect(laneModel).toBe(config.lanes.local?.model)
  })
})
