import { describe, expect, test } from 'vitest'
import { assess } from '../../../src/assessment/assess.ts'
import { riskNames, severities } from '../../../src/assessment/risks/risk.ts'
import type { BenchConfig } from '../../../src/config/schema.ts'
import { faultNames } from '../../../src/evidence/fault-schema.ts'
import { laneOptionsSha256 } from '../../../src/evidence/lane-options.ts'
import { type Evidence, evidenceSchema } from '../../../src/evidence/schema.ts'
import { workerSettingsSha256 } from '../../../src/evidence/worker-settings.ts'
import { scanLogs } from '../../../src/logs/scan-logs.ts'
import { shippedRules } from '../../../src/logs/shipped-rules.ts'
import { benchConfig, completions, contextProbe, memory, provenEvidence } from '../../support/evidence.ts'
import { request, withWorker, workerRun } from '../../support/worker-evidence.ts'

const config = benchConfig()
const at = new Date(Date.UTC(2026, 0, 2)).toISOString()
const evidence = (facts: object): Evidence =>
  evidenceSchema.parse({
    id: `${(facts as { kind: string }).kind}-${JSON.stringify(facts).length}`,
    run_id: 'run',
    at,
    ...facts,
  })
const registerOf = (records: readonly Evidence[], by: BenchConfig = config) => assess(records, by).risks
const risksOf = (name: string, records: readonly Evidence[], by: BenchConfig = config) =>
  registerOf(records, by).risks.filter(({ risk }) => risk === name)

const withFaults = (): BenchConfig => {
  const made = withWorker(config)
  const delegate = made.workers.delegate as BenchConfig['workers'][string]
  return {
    ...made,
    workers: { delegate: { ...delegate, faults: { seconds: 5, delay_seconds: 1, retries: 3 } } },
  }
}
const fault = (by: BenchConfig, changes: object): Evidence =>
  evidence({
    kind: 'fault',
    lane: 'local',
    workload: 'work',
    worker: 'delegate',
    settings_sha256: workerSettingsSha256(by.workers.delegate as BenchConfig['workers'][string]),
    record_sha256: 'a'.repeat(64),
    fault: 'http-503',
    selected_model: 'smollm2-135m-instruct',
    exit: { state: 'exited', code: 1 },
    total_ms: 10,
    requests: [],
    stdout: { sha256: 'a'.repeat(64), characters: 0 },
    stderr: { sha256: 'a'.repeat(64), characters: 0 },
    ...changes,
  })
const asked = (count: number, changes: object = {}) =>
  Array.from({ length: count }, (_, index) => ({
    at_ms: index * 1000,
    through: 'lane',
    requested_model: 'smollm2-135m-instruct',
    outcome: 'failed',
    faulty: true,
    ...changes,
  }))
const log = (detector: string, changes: object = {}): Evidence =>
  evidence({
    kind: 'log',
    sources: [{ name: 'server.log', bytes: 10, lines: 1 }],
    findings: [
      {
        rule: detector,
        detector,
        title: `${detector} was seen`,
        remedy: `mend ${detector}`,
        evidence: 'induced',
        count: 3,
        fields: {},
        first: { file: 'server.log', line: 1 },
        last: { file: 'server.log', line: 9 },
        ...changes,
      },
    ],
    blocks: [],
    queue: [],
    bounds: [],
  })
const policy = (block: object): Evidence =>
  evidence({
    kind: 'policy',
    blocks: [
      { file: 'ops/governor.json', pointer: '/quality', reason: 'blocked_local_quality', created: at, ...block },
    ],
    problems: [],
  })

describe('the risk register', () => {
  test('of a lane that passes everything holds no more than that it stands alone, and says what nobody looked at', () => {
    const { risks, clear, not_examined } = registerOf(provenEvidence())
    expect(risks.map(({ risk, severity, decision }) => [risk, severity, decision])).toEqual([
      ['no-fallback-lane', 'low', 'keep'],
    ])
    expect(clear).toEqual(expect.arrayContaining(['unproven-identity', 'silent-truncation', 'memory-pressure']))
    expect(not_examined.map(({ risk }) => risk)).toEqual(
      expect.arrayContaining(['stale-blocks', 'unbounded-queue-retries', 'missing-health-checks']),
    )
    for (const { why } of not_examined) expect(why).not.toBe('')
  })

  test('says of each risk whether it was seen, looked for and not seen, or not examined: exactly one of the three', () => {
    for (const records of [[], provenEvidence(), [...provenEvidence(), log('truncation')], completions(3)]) {
      const { risks, clear, not_examined } = registerOf(records)
      const all = [...new Set(risks.map(({ risk }) => risk)), ...clear, ...not_examined.map(({ risk }) => risk)]
      expect(all.toSorted()).toEqual([...riskNames].toSorted())
    }
  })

  test('without evidence examined nothing: what is unknown is not clear', () => {
    const { risks, clear } = registerOf([])
    expect({ risks, clear }).toEqual({ risks: [], clear: [] })
  })

  test('puts what to fix first on top: by severity, and what is to change before what may stay', () => {
    const by = withFaults()
    const { risks } = registerOf(
      [
        ...provenEvidence(),
        memory(85),
        policy({ state: 'stale', why: 'it expired' }),
        fault(by, {
          fault: 'wrong-model',
          exit: { state: 'exited', code: 0 },
          requests: asked(1, { outcome: 'answered' }),
        }),
      ],
      by,
    )
    const ranks = risks.map(({ severity }) => severities.indexOf(severity))
    expect(ranks).toEqual(ranks.toSorted((one, other) => one - other))
    expect(risks[0]).toMatchObject({ risk: 'misleading-success-counters', severity: 'critical' })
  })

  test('cites evidence for every risk, and tells what to change and what will show it', () => {
    const by = withFaults()
    const records = [
      ...provenEvidence(),
      memory(95),
      log('requeue-storm'),
      policy({ state: 'stale', why: 'it expired' }),
      fault(by, { exit: { state: 'timed-out', seconds: 5 } }),
    ]
    const { risks } = registerOf(records, by)
    const known = new Set(records.map(({ id }) => id))
    expect(risks.length).toBeGreaterThan(3)
    for (const { evidence_ids, remediation, check, finding } of risks) {
      expect(evidence_ids.length).toBeGreaterThan(0)
      for (const id of evidence_ids) expect(known).toContain(id)
      expect([remediation, check, finding]).not.toContain('')
    }
  })
})

describe('risks of the model that answers', () => {
  test('a lane whose answers contradict the request is critical', () => {
    const other = completions(3, () => ({ identity: { contradictions: ['the weights changed while it answered'] } }))
    expect(risksOf('unproven-identity', other)).toMatchObject([
      {
        severity: 'critical',
        subject: 'local',
        finding: expect.stringContaining('the weights changed'),
        decision: 'change',
      },
    ])
  })

  test('a worker that reaches another model is critical, with the fix of its gate', () => {
    const by = withWorker(config)
    const parted = workerRun(by, { requests: [request('phi4-mini')] })
    expect(risksOf('unproven-identity', [...provenEvidence(), parted], by)).toMatchObject([
      { severity: 'critical', subject: 'workers of work', finding: expect.stringContaining('phi4-mini') },
    ])
  })

  const look = (weights_sha256: string) =>
    evidence({
      kind: 'lane',
      lane: 'local',
      runtime: 'here',
      location: 'local',
      rung: 'loaded',
      requested_model: 'smollm2-135m-instruct',
      description: { weights_sha256 },
    })
  const run = evidence({
    kind: 'run',
    versions: {},
    config_file: 'bench.config.yaml',
    config_sha256: 'a'.repeat(64),
    filters: [],
    environment_names: [],
    previous: { run_id: 'before', lanes: { local: { weights_sha256: 'c'.repeat(64) } } },
  })

  test('a tag that means other weights than in the run before drifts; the pin that caught it stays', () => {
    const [drift] = risksOf('tag-drift', [run, look('b'.repeat(64)), ...provenEvidence()])
    expect(drift).toMatchObject({ subject: 'local', severity: 'low', decision: 'keep' })
    const unpinned: BenchConfig = {
      ...config,
      lanes: {
        ...config.lanes,
        local: { ...(config.lanes.local as BenchConfig['lanes'][string]), weights: undefined },
      },
    }
    expect(risksOf('tag-drift', [run, look('b'.repeat(64)), ...provenEvidence()], unpinned)).toMatchObject([
      { severity: 'medium', decision: 'change', remediation: expect.stringContaining('weights: sha256:') },
    ])
    expect(risksOf('tag-drift', [run, look('c'.repeat(64)), ...provenEvidence()])).toEqual([])
  })
})

describe('risks of workers', () => {
  const by = withFaults()
  test.for([
    ['unbounded-queue-retries', 'high', { requests: asked(9) }, 'at most 3 attempts'],
    [
      'missing-health-checks',
      'high',
      { fault: 'time-out', exit: { state: 'timed-out', seconds: 5 } },
      'bench-memo preflight work',
    ],
    [
      'misleading-success-counters',
      'critical',
      { fault: 'empty-answer', exit: { state: 'exited', code: 0 }, requests: asked(1, { outcome: 'answered' }) },
      'end with exit code 1',
    ],
  ] as const)('%s is seen under a fault, %s', ([name, severity, changes, remedy]) => {
    expect(risksOf(name, [fault(by, changes)], by)).toMatchObject([
      { severity, subject: 'delegate', decision: 'change', remediation: expect.stringContaining(remedy) },
    ])
    expect(risksOf(name, [fault(by, { requests: asked(2) })], by)).toEqual([])
  })

  test('are clear only where every worker was put to every fault; until then, or with logs alone, not examined', () => {
    const ofWorkers = ['unbounded-queue-retries', 'misleading-success-counters', 'missing-health-checks'] as const
    const all = faultNames.map((name) => fault(by, { fault: name, requests: asked(2) }))
    expect(registerOf(all, by).clear).toEqual(expect.arrayContaining([...ofWorkers]))
    for (const records of [all.slice(0, -1), all.slice(0, 1), [log('truncation')], [workerRun(by)]]) {
      const { clear, not_examined } = registerOf(records, by)
      expect(not_examined.map(({ risk }) => risk)).toEqual(expect.arrayContaining([...ofWorkers]))
      expect(clear.filter((risk) => ofWorkers.some((each) => each === risk))).toEqual([])
    }
    const [open] = registerOf(all.slice(0, 3), by).not_examined.filter(({ risk }) => risk === 'missing-health-checks')
    expect(open?.why).toContain('delegate (3 of 10)')
  })

  test('a worker, of a shell or not, that ends with success though its model was refused misleads', () => {
    const control = (code: number) => ({
      control: {
        selected_model: 'no-such:model',
        exit: { state: 'exited' as const, code },
        requests: [request('no-such:model', { status: 404, outcome: 'failed' })],
      },
    })
    expect(risksOf('misleading-success-counters', [workerRun(by, control(0))], by)).toMatchObject([
      { severity: 'critical', subject: 'delegate', finding: expect.stringContaining('no-such:model') },
    ])
    expect(risksOf('misleading-success-counters', [workerRun(by, control(1))], by)).toEqual([])
  })

  test('a shell that swallows the exit code of a refused model is a fragile wrapper; one that passes it on is none', () => {
    const shell = withWorker(config)
    const wrapped: BenchConfig = {
      ...shell,
      workers: {
        delegate: { ...(shell.workers.delegate as BenchConfig['workers'][string]), command: ['sh', 'run.sh'] },
      },
    }
    const control = (code: number) => ({
      control: {
        selected_model: 'no-such:model',
        exit: { state: 'exited' as const, code },
        requests: [request('no-such:model')],
      },
    })
    expect(risksOf('fragile-shell-wrappers', [workerRun(wrapped, control(0))], wrapped)).toMatchObject([
      { severity: 'critical', remediation: expect.stringContaining('set -euo pipefail') },
    ])
    expect(risksOf('fragile-shell-wrappers', [workerRun(wrapped, control(1))], wrapped)).toEqual([])
    expect(risksOf('fragile-shell-wrappers', [workerRun(shell, control(0))], shell)).toEqual([])
  })
})

describe('risks of the machine', () => {
  test('memory over caution may stay under its condition, over critical it may not', () => {
    expect(risksOf('memory-pressure', [...provenEvidence(), memory(85)])).toMatchObject([
      { severity: 'medium', decision: 'keep' },
    ])
    expect(risksOf('memory-pressure', [...provenEvidence(), memory(95)])).toMatchObject([
      { severity: 'high', decision: 'change' },
    ])
    expect(risksOf('memory-pressure', provenEvidence())).toEqual([])
  })

  test('answers that get slower are seen in the last third of a run', () => {
    const slowing = completions(30).map((each, index) => {
      if (each.outcome.state === 'answered') each.outcome.timing.server_generation_ms = 1000 + 40 * index
      return each
    })
    expect(risksOf('thermal-throttling', slowing)).toMatchObject([{ severity: 'medium', subject: 'local' }])
    expect(registerOf(completions(30)).clear).toContain('thermal-throttling')
    expect(registerOf(completions(5)).not_examined.map(({ risk }) => risk)).toContain('thermal-throttling')
  })

  test.for([
    ['cpu-fallback', 'cpu-fallback'],
    ['out-of-memory', 'memory-pressure'],
    ['runner-killed', 'memory-pressure'],
    ['requeue-storm', 'unbounded-queue-retries'],
    ['corrupt-manifest', 'stale-model-manifests'],
    ['truncation', 'silent-truncation'],
    ['misleading-success', 'misleading-success-counters'],
    ['blocked', 'stale-blocks'],
  ] as const)('a log that holds %s is a risk of %s, with the rule that will show it gone', ([detector, name]) => {
    expect(risksOf(name, [log(detector)])).toMatchObject([
      { subject: 'server.log', remediation: `mend ${detector}`, check: expect.stringContaining(detector) },
    ])
  })

  test('a prompt that llama-server refused, as it should, is in the log and no silent truncation', async () => {
    const path = new URL('../../logs/fixtures/truncation/llama-server.log', import.meta.url).pathname
    const { missing: _, ...facts } = await scanLogs({
      paths: [path],
      units: [],
      folder: '/',
      rules: await shippedRules(),
    })
    expect(facts.findings.map(({ rule }) => rule)).toContain('llama-server-prompt-refused')
    const { risks, clear } = registerOf([evidence({ kind: 'log', ...facts })])
    expect(risks.filter(({ risk }) => risk === 'silent-truncation')).toEqual([])
    expect(clear).toContain('silent-truncation')
  })

  test('a rule that was never proven on a real fault says so', () => {
    const [risk] = risksOf('stale-blocks', [log('blocked', { evidence: 'synthetic' })])
    expect(risk?.finding).toContain('never proven on a real fault')
  })
})

describe('risks of the context', () => {
  test('a prompt that was cut without a word is critical', () => {
    const over = contextProbe().over as object
    const cut = contextProbe({
      over: {
        ...over,
        outcome: {
          state: 'answered',
          prompt_tokens: 2048,
          output_tokens: 1,
          codes: { head: false, middle: false, tail: true },
          total_ms: 1,
        },
      } as never,
    })
    expect(risksOf('silent-truncation', [...completions(3), cut])).toMatchObject([
      { severity: 'critical', decision: 'change' },
    ])
  })

  const headroom = (cache_bytes: number) =>
    evidence({
      kind: 'headroom',
      lane: 'local',
      options_sha256: laneOptionsSha256(config, 'local'),
      already_loaded: false,
      refused: false,
      estimate: {
        weights_bytes: 1e9,
        cache_bytes,
        margin_bytes: 1e8,
        total_bytes: 1.1e9 + cache_bytes,
        context: 32_768,
        sequences: 1,
        cache_type: 'f16',
        at_most: false,
        from: 'file',
      },
    })
  const wide = contextProbe({ context_in_force: 32_768, context_trained: 131_072 })

  test('one that is large, takes much memory and is never filled can be made smaller', () => {
    expect(risksOf('oversized-context-windows', [...completions(3), wide, headroom(4e9)])).toMatchObject([
      { severity: 'medium', remediation: expect.stringContaining('lanes: { local: { context: 1024 } }') },
    ])
    expect(risksOf('oversized-context-windows', [...completions(3), wide, headroom(1e7)])).toEqual([])
  })

  test('one beyond what the model was trained for is said', () => {
    const beyond = contextProbe({ context_in_force: 32_768, context_trained: 8192 })
    expect(risksOf('oversized-context-windows', [...completions(3), beyond])).toMatchObject([
      { remediation: 'lanes: { local: { context: 8192 } }' },
    ])
  })
})

describe('risks of blocks', () => {
  test('a stale block is a risk, also where nothing answers', () => {
    expect(risksOf('stale-blocks', [policy({ state: 'stale', why: 'it is from long ago' })])).toMatchObject([
      { severity: 'high', subject: 'ops/governor.json /quality', finding: expect.stringContaining('is stale') },
    ])
  })

  test('a file of blocks that cannot be read is a risk of its own, and never clear', () => {
    const unread = evidence({ kind: 'policy', blocks: [], problems: ['ops/governor.json is no JSON'] })
    expect(risksOf('stale-blocks', [unread])).toMatchObject([
      { severity: 'high', finding: expect.stringContaining('ops/governor.json is no JSON'), evidence_ids: [unread.id] },
    ])
    expect(registerOf([unread]).clear).not.toContain('stale-blocks')
  })

  test('where no block was looked at and the only log could not be read, nothing is clear', () => {
    const sources = [{ name: 'queue.log', bytes: 0, lines: 0, problem: 'no permission to read it' }]
    const unread = evidence({ kind: 'log', sources, findings: [], blocks: [], queue: [], bounds: [] })
    expect(registerOf([unread]).clear).not.toContain('stale-blocks')
  })

  test('a block that holds while its lane answers is said with the lane; one of a lane that is down is no risk', () => {
    const holds = policy({ state: 'active', why: 'until tomorrow', workload: 'work' })
    const [risk] = risksOf('stale-blocks', [...provenEvidence(), holds])
    expect(risk?.finding).toContain('still holds, until tomorrow, while local answers')
    expect(risksOf('stale-blocks', [holds])).toEqual([])
  })
})
