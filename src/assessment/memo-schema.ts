import { z } from 'zod'
import { gateNames } from '../config/gates-for.ts'
import { runtimeKinds } from '../config/schema.ts'
import { faultNames } from '../evidence/fault-schema.ts'
import {
  baselineSchema,
  incidentSchema,
  laneEvidenceSchema,
  machineEvidenceSchema,
  rejudgingSchema,
  runSchema,
  verdictStatuses,
} from '../evidence/schema.ts'
import { faultReactions } from '../gates/fault-outcome.ts'
import { laneAnswersSchema } from './answers-schema.ts'
import { capabilityMemoSchema } from './capability-memo-schema.ts'
import { gradesSchema } from './grades-schema.ts'
import { inventoryMemoSchema } from './inventory-memo-schema.ts'
import { ladder } from './lane-assessment.ts'
import { laneStatuses } from './lane-status.ts'
import { laneSpeedMemoSchema, latencyMemoSchema } from './latency-memo-schema.ts'
import { logsMemoSchema } from './logs-memo-schema.ts'
import { laneMachineMemoSchema } from './machine-memo-schema.ts'
import { placements } from './placement.ts'
import { riskRegisterMemoSchema } from './risks/memo-schema.ts'

/** memo.json: the assessment for machines. Published as schemas/memo.schema.json; a test holds every memo against it. */

const text = z.string()
const share = z.number().min(0).max(1)
const count = z.int().min(0)
const ids = z.array(text).describe('evidence that the statement rests on')
const interval = z.strictObject({ lower: share, upper: share })
const statement = z.strictObject({ text, evidence_ids: ids })
const location = z.enum(['local', 'cloud'])

const verdict = z.strictObject({
  gate: z.enum(gateNames as [string, ...string[]]),
  lane: text,
  workload: text,
  required: z.boolean().describe('false: judged and shown, but decides nothing'),
  status: z.enum(verdictStatuses),
  condition: text.optional().describe('a pass that holds only while this is true'),
  n: count.describe('distinct records, or samples, that were judged'),
  needed: count,
  expected: text,
  observed: text,
  reason: text,
  offender: z.strictObject({ record_id: text, evidence_id: text, why: text }).optional(),
  evidence_ids: ids,
  remedy: text.optional(),
  successes: count.optional().describe('of the n, how many met the rule'),
  successes_needed: count.optional().describe('least successes of these n for a pass'),
  lower_bound: share.optional().describe('one-sided 95 % lower bound of the rate behind the verdict'),
  interval: interval.optional().describe('two-sided 95 % interval of successes of n (Wilson), for display'),
  stopped_early: z.literal(true).optional().describe('asked no further since a gate had failed: no rate can be had'),
  leaks: count.optional().describe('records in which a secret got through: that fails quality whatever its share'),
  parsed: z
    .strictObject({ successes: count, n: count, interval })
    .optional()
    .describe('of the judged answers, those that parse as JSON; two-sided 95 % interval (Wilson)'),
})
const standing = z.strictObject({
  lane: text,
  location,
  status: z.enum(laneStatuses),
  reason: text,
  conditions: z.array(statement).describe('under which its required gates pass: all must hold'),
  verdicts: z.array(verdict),
  evidence_ids: ids,
})
const route = z.strictObject({
  route: z.enum(['local-primary', 'local-fallback', 'cloud-primary', 'blocked']),
  blocked: z.enum(['blocked-local', 'blocked-cloud', 'blocked']).optional(),
  mode: z.enum(['autonomous', 'draft-only', 'shadow', 'none']),
  lane: text.optional().describe('the lane that serves; absent where blocked'),
  incumbent_not_measured: z.boolean().optional().describe('it serves as the incumbent, and no answer was judged'),
  incumbent_measured: z
    .strictObject({ n: count, needed: count })
    .optional()
    .describe('it serves as the incumbent, and was measured too little: n of needed'),
  otherwise: text.optional().describe('what serves while a condition does not hold: a lane, or queue'),
  assisted_by: z
    .array(z.strictObject({ workload: text, lane: text }))
    .optional()
    .describe('workloads that are proven locally and serve this one before its cloud call'),
  reasons: z.array(statement),
  runner_up: z.strictObject({ lane: text, status: z.enum(laneStatuses), reason: text }).optional(),
  evidence_ids: ids,
})
const baseline = z.strictObject({
  lane: text,
  records: count,
  baseline_good: count,
  baseline_interval: interval.describe('two-sided 95 % (Wilson), of the share of good records'),
  lane_interval: interval.optional(),
  lane_good: count.optional().describe('absent where the lane answered none of the records'),
  baseline_facts: count,
  lane_facts: count.optional(),
  expected_facts: count,
  no_model_needed: z.boolean(),
  evidence_ids: ids,
})
const workload = z.strictObject({
  workload: text,
  title: text,
  privacy: text,
  stakes: text,
  incumbent: text,
  route: route.describe('today, with worker paths as they are'),
  route_after_fixes: z
    .strictObject({ route, fixes: z.array(statement).describe('what to mend for it, in the shape of a patch') })
    .optional()
    .describe('the route once the worker paths are mended, where it differs'),
  standings: z.array(standing),
  baselines: z.array(baseline),
  grades: z.array(gradesSchema).describe('what graders said of the answers: advice, which decides nothing'),
  answers: z.array(laneAnswersSchema).describe('of every lane that answered and was asked all its records'),
  flips: z.array(statement).describe('what would change the route or its mode, each by itself'),
  ends: z.array(statement).describe('what ends its validity'),
})
const lane = z.strictObject({
  lane: text,
  location,
  runtime: z.enum(runtimeKinds),
  unverified_platform: z.boolean().describe('this kind of runtime never met its real program, only captures of it'),
  rung: z.enum(ladder),
  requested_model: text,
  observed_model: text.optional(),
  weights_sha256: text.optional(),
  pinned: z.boolean(),
  description: laneEvidenceSchema.shape.description,
  load_ms: z.number().min(0).optional(),
  prompt_tokens_per_second: z.number().min(0).optional(),
  generated_tokens_per_second: z.number().min(0).optional(),
  speed: laneSpeedMemoSchema,
  peak_rss_bytes: count.optional(),
  context: z
    .strictObject({
      trained: count.optional(),
      configured: count.optional(),
      in_force: count.optional().describe('as the runtime declares it, or names it when it refuses a prompt'),
      effective: z
        .strictObject({
          tokens: count,
          bound: z.enum(['at-least', 'at-most']).describe('at-most: what was left of a longer prompt'),
          by: z.enum(['counted', 'recalled']).describe("by the server's count, or (words) by what an answer repeated"),
          evidence_id: text,
        })
        .optional(),
    })
    .describe('tokens; a number that nobody gave or measured is absent'),
  placement: z
    .strictObject({
      where: z.enum(placements),
      text,
      findings: z.array(text).describe('statements about it that cannot all be true, or that deserve a look'),
    })
    .optional(),
  machine: laneMachineMemoSchema.optional().describe('what it takes of this machine'),
  failure: text.optional(),
  capability: capabilityMemoSchema.optional().describe('what its runtime makes of think, streams and schemas'),
  identity_notes: z
    .array(statement)
    .describe('how it met a tag that cannot exist, other names of its weights, what changed since the latest run'),
  evidence_ids: ids,
})

export const memoSchema = z.strictObject({
  version: z.literal(1),
  run: runSchema.optional(),
  machine: machineEvidenceSchema.optional(),
  measured_at: baselineSchema.shape.at.optional(),
  workloads: z.array(workload),
  lanes: z.array(lane),
  latencies: z.array(latencyMemoSchema),
  risks: riskRegisterMemoSchema,
  faults: z
    .array(
      z.strictObject({
        worker: text,
        workload: text,
        lane: text,
        fault: z.enum(faultNames),
        reaction: z.enum(faultReactions),
        isSafe: z.boolean().describe('production can live with it'),
        retries: count.optional().describe('absent where none can be seen: nobody listened'),
        spacing_ms: z.array(z.number()),
        why: text,
        evidence_id: text,
      }),
    )
    .describe('what workers do while their model server fails'),
  attempts: z
    .array(
      z.strictObject({
        workload: text,
        lane: text,
        attempt: z.int().min(2).describe('of this run, at the same prompt, schema, model and options, as far as known'),
        failed: count.describe('earlier ones that failed validity or quality by their answers'),
        differing: z
          .strictObject({ records: count, compared: count })
          .optional()
          .describe('answers that are not those of the attempt before, at temperature 0 and with the same seed'),
        evidence_ids: ids,
      }),
    )
    .describe('lanes that were tried before; a record counts by the worst answer that it got in any attempt'),
  curtailed: z
    .array(
      z.strictObject({
        workload: text,
        lane: text,
        gate: text.describe('the required gate that had failed for good'),
        asked: count.describe('distinct records'),
        records: count.describe('of the full run'),
        calls_saved: count,
        evidence_ids: ids,
      }),
    )
    .describe('lanes that a gate run asked no further: their verdicts and counts stand, no rate can be had'),
  currency: text.describe('of the amounts in value'),
  value: z.array(
    z.strictObject({
      workload: text,
      tasks: z.number().min(0).describe('a month'),
      good_share: share.describe('of the records, as measured: only these save time'),
      records: count.describe('distinct, that were judged'),
      good: count,
      good_interval: interval.describe('two-sided 95 % (Wilson)'),
      hours_saved: z.number().min(0).optional(),
      labour_value: z.number().min(0).optional(),
      external_spend_avoided: z.number().min(0).optional(),
      evidence_ids: ids,
    }),
  ),
  next_steps: z.array(z.strictObject({ workload: text, lane: text, what: text, why: text, evidence_ids: ids })),
  incidents: z.array(incidentSchema),
  disagreements: z.array(text),
  set_aside: z.array(statement).describe('answers in the evidence that count for no gate, and why'),
  inventory: inventoryMemoSchema.optional().describe('what was here when the run began; absent where none was taken'),
  logs: logsMemoSchema.optional().describe('what the logs of the config say; absent where none were read'),
  rejudging: rejudgingSchema
    .optional()
    .describe('stored answers were judged again by the config of today: latency and memory are not measured'),
})
