import type { Assessment } from '../src/assessment/assess.ts'
import type { LaneAssessment } from '../src/assessment/lane-assessment.ts'
import type { Statement } from '../src/assessment/statement.ts'
import type { WorkloadAssessment } from '../src/assessment/workload-assessment.ts'
import { describeEffective } from '../src/gates/context.ts'
import type { Verdict } from '../src/gates/verdict.ts'
import { megabytes, percent, seconds } from '../src/gates/wording.ts'
import { answersSection } from './answers-section.ts'
import { attemptsSection } from './attempts-section.ts'
import { capabilitySection } from './capability-section.ts'
import { faultsSection } from './faults-section.ts'
import { gradesSection } from './grades-section.ts'
import { inventorySection } from './inventory-section.ts'
import { latencySection } from './latency-section.ts'
import { logsSection } from './logs-section.ts'
import { machineSection } from './machine-section.ts'
import { cite, code, list, plain, table } from './markdown.ts'
import { rejudgingSection } from './rejudging-section.ts'
import { risksSection } from './risks-section.ts'
import { routeRows } from './routes-table.ts'
import { countedShareText, shareText } from './share-text.ts'
import { stoppingSection } from './stopping-section.ts'

/** The deployment memo. Pure: the same assessment gives the same bytes; every statement cites its evidence. */
export function memoMarkdown(assessment: Assessment): string {
  const capabilities = capabilitySection(assessment)
  const machineUse = machineSection(assessment.lanes, assessment.machine?.operating_system)
  const faults = faultsSection(assessment)
  const logs = logsSection(assessment.logs)
  const inventory = inventorySection(assessment)
  const sections = [
    ['# Local model memo', intro(assessment)],
    ['## Routes', routes(assessment)],
    ['## What to do next', steps(assessment)],
    ['## Risks', risksSection(assessment)],
    ...assessment.workloads.map((workload) => [`## ${plain(workload.title)}`, workloadSection(workload)]),
    ['## Lanes', lanes(assessment.lanes)],
    ...(capabilities === undefined ? [] : [['## What runtimes make of schemas', capabilities]]),
    ['## Speed', latencySection(assessment)],
    ...(faults === undefined ? [] : [['## When the model server fails', faults]]),
    ...(logs === undefined ? [] : [['## What logs say', logs]]),
    ...(machineUse === undefined ? [] : [['## This machine', machineUse]]),
    ...(inventory === undefined ? [] : [['## What was here', inventory]]),
    ['## Value', value(assessment)],
    ['## Conditions of this run', conditions(assessment)],
  ]
  return `${sections.map(([heading, body]) => `${heading}\n\n${body}`).join('\n\n')}\n`
}

function intro({
  measured_at,
  run,
  attempts,
  curtailed,
  incidents,
  disagreements,
  set_aside,
  rejudging,
}: Assessment): string {
  const when = measured_at ? `Measured ${measured_at.slice(0, 16).replace('T', ' ')} UTC` : 'Nothing was measured'
  const narrowed =
    run && run.filters.length > 0
      ? ` This run was narrowed (${run.filters.map(code).join(', ')}): it is no basis for a change.`
      : ''
  return [
    `${when}. Every statement below is computed from recorded evidence; \`npx bench-memo show <evidence id>\` shows a record.${narrowed}`,
    ...rejudgingSection(rejudging),
    ...stoppingSection({ run, curtailed }),
    ...attemptsSection({ attempts }),
    ...(incidents.length > 0
      ? [list(incidents.map((each) => `**${plain(each.what)}** ${plain(each.remedy)} (${code(each.id)})`))]
      : []),
    ...(set_aside.length > 0 ? [`**Answers that do not count:**\n\n${list(set_aside.map(statement))}`] : []),
    ...(disagreements.length > 0
      ? [`**Recorded verdicts that the evidence does not confirm:**\n\n${list(disagreements.map(plain))}`]
      : []),
  ].join('\n\n')
}

function routes({ workloads }: Assessment): string {
  const all = routeRows(workloads)
  const differs = all.some(({ after }) => after !== undefined)
  const rows = all.map((row, index) => [
    plain(row.workload),
    `**${row.route}**`,
    row.mode,
    plain(row.lane),
    ...(differs ? [row.after ? `**${plain(row.after.route)}**` : 'the same'] : []),
    plain(row.why),
    cite(workloads[index]?.route.evidence_ids ?? []),
  ])
  return table(
    [
      'Workload',
      ...(differs ? ['Route today'] : ['Route']),
      'Mode',
      'Lane',
      ...(differs ? ['Route after named fixes'] : []),
      'Why',
      'Evidence',
    ],
    rows,
  )
}

function steps({ next_steps }: Assessment): string {
  if (next_steps.length === 0) return 'No step for a required gate.'
  return next_steps
    .map(
      ({ workload, lane, what, why, evidence_ids }, index) =>
        `${index + 1}. ${plain(workload)} on ${plain(lane)}: ${plain(what)}. Because ${plain(why)} (${cite(evidence_ids)})`,
    )
    .join('\n')
}

/** Most workloads have no workers; that none was asked is no news. */
function isWorthARow({ gate, status }: Verdict): boolean {
  return gate !== 'worker' || status !== 'not-applicable'
}

function workloadSection({
  route,
  route_after_fixes: after,
  standings,
  baselines,
  answers,
  grades,
  flips,
  ends,
  privacy,
  stakes,
  incumbent,
}: WorkloadAssessment): string {
  const gates = standings.flatMap(({ lane, verdicts }) =>
    verdicts
      .filter(isWorthARow)
      .map((verdict) => [
        plain(lane),
        verdict.gate,
        `**${verdict.status}**${verdict.condition ? ` while ${plain(verdict.condition)}` : ''}${verdict.required ? '' : ' (not required)'}`,
        plain(verdict.expected),
        `${plain(verdict.observed)}${shareOf(verdict)}`,
        verdict.offender
          ? `${plain(verdict.offender.record_id)}: ${plain(verdict.offender.why)}`
          : plain(verdict.reason),
        cite(verdict.offender ? [verdict.offender.evidence_id] : verdict.evidence_ids),
      ]),
  )
  return [
    `Privacy ${privacy}, stakes ${stakes}, done today by ${plain(incumbent)}.`,
    list(route.reasons.map(statement)),
    ...(after
      ? [
          `After these fixes the route would be **${after.route.blocked ?? after.route.route}** (${after.route.mode}${after.route.lane ? ` on ${plain(after.route.lane)}` : ''}):\n\n${list(after.fixes.map(statement))}`,
        ]
      : []),
    table(['Lane', 'Gate', 'Verdict', 'Expected', 'Observed', 'Why', 'Evidence'], gates),
    ...(gates.length > 0
      ? ['Shares with their 95 % interval (Wilson), for display; bounds of verdicts are Clopper–Pearson.']
      : []),
    ...answersSection(answers),
    ...gradesSection(grades),
    ...(baselines.length > 0
      ? [
          `Without any model (the rules in baseline.json), on the same records:\n\n${table(
            [
              'Lane',
              'Records',
              'Good without a model',
              'Good on the lane',
              'Facts without a model',
              'Facts on the lane',
              'Evidence',
            ],
            baselines.map((each) => [
              plain(each.lane),
              `${each.records}`,
              `${countedShareText({ successes: each.baseline_good, n: each.records, interval: each.baseline_interval })}${each.no_model_needed ? ': **no model is needed** to do as well as this lane' : ''}`,
              each.lane_good === undefined || each.lane_interval === undefined
                ? 'no answer'
                : countedShareText({ successes: each.lane_good, n: each.records, interval: each.lane_interval }),
              `${each.baseline_facts} of ${each.expected_facts}`,
              each.lane_facts === undefined ? 'no answer' : `${each.lane_facts} of ${each.expected_facts}`,
              cite(each.evidence_ids),
            ]),
          )}`,
        ]
      : []),
    ...(flips.length > 0 ? [`What would change this:\n\n${list(flips.map(statement))}`] : []),
    ...(ends.length > 0 ? [`What ends its validity:\n\n${list(ends.map(statement))}`] : []),
  ].join('\n\n')
}

/** The share behind validity and quality, for display: the gate judges by counts, and a curtailed run has none. */
function shareOf({ gate, successes, n, interval, stopped_early }: Verdict): string {
  if (stopped_early) return gate === 'validity' || gate === 'quality' ? '; curtailed: no rate' : ''
  return successes === undefined || !interval ? '' : `; share ${shareText({ successes, n, interval })}`
}

/** A statement that rests on the config alone cites nothing. */
function statement({ text, evidence_ids }: Statement): string {
  return evidence_ids.length === 0 ? plain(text) : `${plain(text)} (${cite(evidence_ids)})`
}

function lanes(all: readonly LaneAssessment[]): string {
  const speed = (value: number | undefined) =>
    value === undefined ? 'not measured' : `${value.toFixed(value < 10 ? 1 : 0)} tok/s`
  return [
    table(
      [
        'Lane',
        'Rung',
        'Asked for',
        'Answered by',
        'Weights',
        'Load',
        'Prompt',
        'Generation',
        'Peak memory',
        'Evidence',
      ],
      all.map((each) => [
        `${plain(each.lane)} (${each.location}, ${each.runtime}${each.unverified_platform ? ', **unverified**' : ''})`,
        each.rung,
        plain(each.requested_model),
        each.observed_model === undefined ? 'not proven' : plain(each.observed_model),
        each.weights_sha256 === undefined
          ? 'not proven'
          : `${code(each.weights_sha256.slice(0, 12))}${each.pinned ? ', pinned' : ', unpinned'}`,
        each.load_ms === undefined ? 'not measured' : seconds(each.load_ms),
        speed(each.prompt_tokens_per_second),
        speed(each.generated_tokens_per_second),
        each.peak_rss_bytes === undefined ? 'not measured' : megabytes(each.peak_rss_bytes),
        cite(each.evidence_ids),
      ]),
    ),
    ...all.flatMap(({ lane, description, context, placement, evidence_ids }) =>
      description
        ? [
            `${plain(lane)}: ${[
              description.architecture,
              description.parameters && `${description.parameters} parameters`,
              description.quantization,
              describeContext(context),
              placement?.text,
              description.server_build,
            ]
              .filter((part): part is string => typeof part === 'string' && part !== '')
              .map(plain)
              .join(', ')} (${cite(evidence_ids)}).`,
          ]
        : [],
    ),
    ...all.flatMap(({ lane, identity_notes }) =>
      identity_notes.length > 0 ? [`${plain(lane)}: ${identity_notes.map(statement).join('; ')}.`] : [],
    ),
    ...(all.some((each) => each.unverified_platform)
      ? [
          '**unverified:** the adapter of this kind of runtime was built from documentation and never met the real program.',
        ]
      : []),
    ...all.flatMap(({ lane, placement, evidence_ids }) =>
      placement && placement.findings.length > 0
        ? [`**Where ${plain(lane)} runs:** ${placement.findings.map(plain).join('; ')} (${cite(evidence_ids)}).`]
        : [],
    ),
    ...all.flatMap(({ lane, failure, evidence_ids }) =>
      failure === undefined ? [] : [`**${plain(lane)} did not answer:** ${plain(failure)} (${cite(evidence_ids)})`],
    ),
  ].join('\n\n')
}

/** "context trained 8192, configured 2048, in force 2048, effective at least 1992" */
function describeContext({ trained, configured, in_force, effective }: LaneAssessment['context']): string {
  const numbers = [
    `trained ${trained ?? 'not told'}`,
    `configured ${configured ?? 'not told'}`,
    `in force ${in_force ?? 'not told'}`,
    effective ? describeEffective(effective) : 'effective not measured',
  ]
  return `context ${numbers.join(', ')}`
}

function value({ value: values, workloads, currency }: Assessment): string {
  if (values.length === 0)
    return 'No workload is served by a local lane on its own, so none is counted as saving anything.'
  const cell = (amount: number | undefined, digits: number) =>
    amount === undefined ? 'no assumption given' : amount.toFixed(digits)
  return [
    'Assumptions of the config times the measured share of good records, for workloads that a local lane serves on its own:',
    table(
      [
        'Workload',
        'Tasks a month',
        'Good',
        'Hours saved',
        `Worth (${currency})`,
        `Provider spend avoided (${currency})`,
        'Evidence',
      ],
      values.map((each) => [
        plain(workloads.find(({ workload }) => workload === each.workload)?.title ?? each.workload),
        `${each.tasks}`,
        countedShareText({ successes: each.good, n: each.records, interval: each.good_interval }),
        cell(each.hours_saved, 1),
        cell(each.labour_value, 2),
        cell(each.external_spend_avoided, 2),
        cite(each.evidence_ids),
      ]),
    ),
  ].join('\n\n')
}

function conditions({ machine, run, workloads }: Assessment): string {
  const records = workloads.flatMap(({ title, standings }) =>
    standings.flatMap(({ lane, verdicts }) => {
      const validity = verdicts.find((verdict) => verdict.gate === 'validity')
      if (validity?.lower_bound === undefined) return []
      return [
        `${plain(title)} on ${plain(lane)}: n = ${validity.n}; the valid rate is at least ${percent(validity.lower_bound)} (one-sided 95 %) (${cite(validity.evidence_ids)})`,
      ]
    }),
  )
  return list([
    ...(machine
      ? [
          `${plain(machine.cpu)}, ${machine.cores} cores, ${megabytes(machine.memory_bytes)}, ${machine.gpus.length > 0 ? machine.gpus.map(plain).join(', ') : 'no GPU seen'}, ${plain(machine.operating_system)} (${code(machine.id)})`,
        ]
      : []),
    ...(run
      ? [
          `${Object.entries(run.versions)
            .map(([name, version]) => `${plain(name)} ${plain(version)}`)
            .join(', ')}; config ${code(run.config_sha256.slice(0, 12))} (${code(run.id)})`,
          ...(run.environment_names.length > 0
            ? [`environment variables in use (names only): ${run.environment_names.map(code).join(', ')}`]
            : []),
        ]
      : []),
    ...records,
    'Latencies hold for this machine under the load of this run; a swap of weights there and back within one answer would not be seen.',
  ])
}
