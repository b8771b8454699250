import { afterAll } from 'vitest'
import { assess } from '../../../src/assessment/assess.ts'
import { parseConfig } from '../../../src/config/load.ts'
import type { BenchConfig } from '../../../src/config/schema.ts'
import { loadDataset } from '../../../src/datasets/load.ts'
import { randomId } from '../../../src/evidence/random-id.ts'
import { type Completion, type Evidence, type EvidenceFacts, evidenceSchema } from '../../../src/evidence/schema.ts'
import { judge } from '../../../src/gates/judge.ts'
import type { Verdict } from '../../../src/gates/verdict.ts'
import { withExpectedWeights } from '../../../src/identity/expected-weights.ts'
import { hashWeights } from '../../../src/identity/hash-weights.ts'
import type { NegativeControl } from '../../../src/lanes/ask-unknown-tag.ts'
import { connect } from '../../../src/lanes/connect.ts'
import { type Lane, openLane } from '../../../src/lanes/lane.ts'
import { createQueue } from '../../../src/lanes/queue.ts'
import { probeNegativeControl } from '../../../src/probes/negative-control.ts'

const root = new URL('../../..', import.meta.url).pathname

/** One lane at one workload, asked in this process as a worker would, without Vitest around it. */
export interface TriedLane {
  readonly lane: Lane
  readonly config: BenchConfig
  /** Asks the record of this number for a few tokens. */
  ask(record: number): Promise<Completion>
  /** How it met a tag that cannot exist; asked now where it was not before. */
  control(): Promise<NegativeControl | undefined>
  /** All that was recorded. */
  evidence(): readonly Evidence[]
  /** Of the identity gate, and the line of the table of attempts. */
  verdict(attempt: string, server: string): Verdict
}

/**
 * Opens a lane named `local`. `runtime` and `lane` are YAML in one line, the lane's without its runtime; `others` are lanes
 * of the config that are not asked here. Evidence of earlier runs may go before.
 */
export async function tryLane(
  runtime: string,
  settings: string,
  { earlier = [], others = '' }: { readonly earlier?: readonly Evidence[]; readonly others?: string } = {},
): Promise<TriedLane> {
  const written = parseConfig(
    `version: 1
runtimes: { box: { ${runtime} } }
lanes: { local: { runtime: box, ${settings} }${others} }
workloads:
  tickets:
    title: Tickets
    dataset: datasets/ticket-extraction
    lanes: [local]
    privacy: public
    limits: { seconds_per_record: 60, output_tokens: 4 }
    gates: { context: { required: false } }
`,
    'bench.config.yaml',
  )
  const config = await withExpectedWeights(written, root)
  const dataset = await loadDataset('datasets/ticket-extraction', root)
  const run_id = randomId()
  const append = (facts: EvidenceFacts): Evidence =>
    evidenceSchema.parse({ id: randomId(), run_id, at: new Date().toISOString(), ...facts })
  let control: NegativeControl | undefined
  const controls = {
    recall: async () => control,
    remember: async (found: NegativeControl) => {
      control = found
    },
  }
  const lane = openLane({
    name: 'local',
    workload: 'tickets',
    config,
    dataset,
    connect: () => connect(config, 'local', () => Promise.reject(new Error('no engine here'))),
    queue: createQueue(),
    append,
    hashWeights: (files) => hashWeights(files),
    controls,
    runEvidence: earlier,
  })
  const evidence = () => lane.evidence()
  return {
    lane,
    config,
    ask: (record) => lane.ask(dataset.records[record] as (typeof dataset.records)[number]),
    async control() {
      await probeNegativeControl(lane, controls, {})
      return control
    },
    evidence,
    verdict(attempt, server) {
      const verdict = judge('identity', { config, evidence: evidence(), lane: 'local', workload: 'tickets' })
      const levels = evidence().flatMap((each) => (each.kind === 'completion' ? [each.identity.level] : []))
      attempts.push([attempt, server, levels.at(-1) ?? 'no answer', verdict.status, verdict.reason])
      return verdict
    },
  }
}

/** What the memo would say of the lane beside its verdicts. */
export function notesOf({ evidence, config }: TriedLane): string[] {
  const lane = assess(evidence(), config).lanes.find((each) => each.lane === 'local')
  return lane?.identity_notes.map(({ text }) => text) ?? []
}

const attempts: string[][] = []

/** Prints what a file has tried, on which server, with which end. Call it once, at the top level of a suite. */
export function showAttempts(): void {
  afterAll(() => {
    const rows = attempts.splice(0).map((row) => `| ${row.join(' | ')} |\n`)
    process.stdout.write(
      `| attempt | server | level | identity | because |\n| --- | --- | --- | --- | --- |\n${rows.join('')}`,
    )
  })
}
