import { join, relative, resolve, sep } from 'node:path'
import { parseArgs } from 'node:util'
import { terminalSummary } from '../../reporters/terminal.ts'
import { writeMemo } from '../../reporters/write-memo.ts'
import { assess } from '../assessment/assess.ts'
import { prepareFolder } from '../cache/bench-folder.ts'
import { configOfEvidence } from '../evidence/config-of-evidence.ts'
import { findRun } from '../evidence/find-run.ts'
import type { EvidenceOf } from '../evidence/schema.ts'
import { gatesOfARun } from '../gates/rejudged.ts'
import type { Verdict } from '../gates/verdict.ts'
import { count } from '../gates/wording.ts'
import { openGates, refusedWithoutGates } from '../rejudging/open-gates.ts'
import { rejudge } from '../rejudging/rejudge.ts'
import { type Command, type CommandOutput, WrongUsage } from './command.ts'
import { loadDatasets } from './load-datasets.ts'
import { projectConfig } from './project-config.ts'

export const command: Command = {
  help: `bench-memo judge [<run>]

Judges the stored answers of a run again, by the schemas, facts, checkers and limits of today, without asking a model. A run
is \`latest\` (where absent), the id of a run under .bench/runs, or a folder with evidence, such as a committed copy.

An answer is taken only where it is one to today's request: same input and filled prompt, same lane options and
limits.output_tokens, weights that today's pin allows, and the same schema where the runtime was given it
(structured_output). Refused, and counted as missing: other requests' answers, and those that privacy stored as a hash
or masked. Answers that were judged again have no latency: latency and memory are not measured, "too slow" is not judged.

  --out <folder>  where memo.md and memo.json go; .bench/judged/<run> where absent. The latest run's memo stays.
  --json          memo.json on stdout, and no file

Exit codes: 0 every required gate but latency and memory passed on the lanes that were asked, or fail_on: never;
1 one did not, a lane that was asked is no longer in the config, nothing could be judged, or a file cannot be read;
2 wrong usage.`,
  async run(args, folder) {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { out: { type: 'string' }, json: { type: 'boolean' } },
    })
    const [run = 'latest', ...rest] = positionals
    if (rest.length > 0) throw new WrongUsage('judge takes one run')
    if (values.out !== undefined && values.json) throw new WrongUsage('--json writes no file: leave --out away')
    return judgeAgain({ run, folder, out: values.out, json: values.json === true })
  },
}

interface JudgeOptions {
  readonly run: string
  readonly folder: string
  readonly out: string | undefined
  readonly json: boolean
}

async function judgeAgain({ run, folder, out, json }: JudgeOptions): Promise<CommandOutput> {
  const { config: undiscovered, root, sha256 } = await projectConfig(folder)
  if (out !== undefined) keepOffRuns(resolve(folder, out), join(root, '.bench'))
  const found = await findRun(run, root, folder)
  const config = configOfEvidence({ undiscovered, config: undiscovered }, found.evidence)
  const datasets = await loadDatasets(config, found.evidence, root)
  const evidence = rejudge({ evidence: found.evidence, config, config_sha256: sha256, datasets })
  const assessment = assess(evidence, config)
  const { rejudging } = assessment
  const open = openGates(evidence, assessment.workloads)
  const isNothing = rejudging === undefined || rejudging.taken === 0
  const isOpen = open.length > 0 || isNothing || refusedWithoutGates(rejudging, config).length > 0
  const exit_code = isNothing || (isOpen && config.fail_on !== 'never') ? 1 : 0
  if (json) return { text: JSON.stringify({ version: 1, ...assessment }, undefined, 2), exit_code }
  const id = found.run_ids.join('+')
  const target = out === undefined ? join(root, '.bench', 'judged', id) : resolve(folder, out)
  if (out === undefined) await prepareFolder(join(root, '.bench'))
  const memo = await writeMemo(assessment, { id, folder: target }, join(root, '.bench'), false)
  const text = [
    ...found.torn.map((segment) => `The last line of ${segment} was cut off by a kill and is left out.`),
    terminalSummary(assessment),
    '',
    ...(rejudging ? describe(rejudging) : []),
    ...open.map(describeOpen),
    `Memo: ${relative(folder, memo.markdown)}`,
  ].join('\n')
  return { text, exit_code }
}

/** A memo without latency in the place of a run's own would be taken for it. */
function keepOffRuns(target: string, bench: string): void {
  const isOfRuns = target === bench || `${target}${sep}`.startsWith(`${join(bench, 'runs')}${sep}`)
  if (isOfRuns) throw new WrongUsage(`--out ${target}: there stands the memo of a run; write another folder`)
}

function describe({ taken, refused, source_runs }: EvidenceOf<'rejudging'>): string[] {
  return [
    `Judged again: ${count(taken, 'answer')} of ${source_runs.map(({ run_id }) => run_id).join(', ')}. Not judged: ${gatesOfARun.join(', ')}, and whether an answer was too slow.`,
    ...refused.map(({ workload, lane, n, why }) => `Refused: ${workload} on ${lane}: ${n}, since ${why}.`),
  ]
}

function describeOpen({ workload, lane, gate, status, reason }: Verdict): string {
  return `${gate} ${status}: ${workload} on ${lane}: ${reason}`
}
