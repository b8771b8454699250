import { parseArgs } from 'node:util'
import { comparisonText } from '../../reporters/comparison-text.ts'
import { type Comparison, compareRuns } from '../comparison/compare.ts'
import { type Factor, factors } from '../comparison/differences.ts'
import { configOfEvidence } from '../evidence/config-of-evidence.ts'
import { findRun } from '../evidence/find-run.ts'
import type { Evidence } from '../evidence/schema.ts'
import { rejudge } from '../rejudging/rejudge.ts'
import { type Command, NoResult, WrongUsage } from './command.ts'
import { loadDatasets } from './load-datasets.ts'
import { projectConfig } from './project-config.ts'

/** What each result says to a shell. */
const exitCodes: Readonly<Record<Comparison['result'], number>> = {
  regressed: 1,
  'not-comparable': 2,
  'too-few-to-say': 2,
  improved: 0,
  'no-evidence-of-change': 0,
}

export const command: Command = {
  help: `bench-memo compare <A> <B>

What became of each gate from run A to run B, record by record. A run is \`latest\`, the id of a run under .bench/runs, or
a folder with evidence, such as a committed copy. Both are judged by the limits of today's bench.config.yaml.

A workload on a lane is compared only where A and B differ in nothing, or in one factor: then that factor's effect is
what is seen. Across machines validity and quality compare (without the time limit), latency and memory do not.

  --lane <lane>        only this lane; <a>=<b> compares lane a of A with lane b of B: then the lane is the one factor.
                       May be given several times.
  --workload <name>    only this workload. May be given several times.
  --changed <factor>   what is meant to differ: ${factors.join(', ')}.
                       Anything else that differs is refused, and so is that it does not.
  --rejudge            examines the answers of both by today's schema, facts and checkers first, as \`bench-memo judge\`
                       does: for runs that were examined by other ones. There is no latency then.
  --json               the comparison for machines.

Results, a gate each: regressed, improved, no evidence of change, too few to say (at this n no outcome could have been
significant), not comparable. Validity and quality by McNemar's exact test, latency by signed ranks (rank sums where
there are too few pairs); p is adjusted by Holm over all tests of the comparison, the level is 5 %.

Exit codes: 0 no gate regressed; 1 a gate regressed, or a required one passes in A and not in B; 2 something that A
holds is not comparable, validity or quality are too few to say, or wrong usage. A lane that is new in B changes nothing.`,
  async run(args, folder) {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        lane: { type: 'string', multiple: true },
        workload: { type: 'string', multiple: true },
        changed: { type: 'string' },
        rejudge: { type: 'boolean' },
        json: { type: 'boolean' },
      },
    })
    const [first, second, ...rest] = positionals
    if (first === undefined || second === undefined || rest.length > 0) throw new WrongUsage('compare takes two runs')
    const changed = factors.find((factor) => factor === values.changed)
    if (values.changed !== undefined && changed === undefined) {
      throw new WrongUsage(`there is no factor ${values.changed}; write one of ${factors.join(', ')}`)
    }
    return compare({
      first,
      second,
      folder,
      lanes: values.lane,
      workloads: values.workload,
      changed,
      rejudged: values.rejudge === true,
      json: values.json === true,
    })
  },
}

interface CompareOptions {
  readonly first: string
  readonly second: string
  readonly folder: string
  readonly lanes: readonly string[] | undefined
  readonly workloads: readonly string[] | undefined
  readonly changed: Factor | undefined
  readonly rejudged: boolean
  readonly json: boolean
}

async function compare({ first, second, folder, lanes, workloads, changed, rejudged, json }: CompareOptions) {
  try {
    const { config: undiscovered, root, sha256 } = await projectConfig(folder)
    const [a, b] = await Promise.all([findRun(first, root, folder), findRun(second, root, folder)])
    const both = [...a.evidence, ...b.evidence]
    const config = configOfEvidence({ undiscovered, config: undiscovered }, both)
    const datasets = rejudged ? await loadDatasets(config, both, root) : undefined
    const examined = (evidence: readonly Evidence[]) =>
      datasets ? rejudge({ evidence, config, config_sha256: sha256, datasets }) : evidence
    const comparison = compareRuns({
      a: examined(a.evidence),
      b: examined(b.evidence),
      config,
      ...(lanes && { lanes: lanes.map(lanePair) }),
      ...(workloads && { workloads }),
      ...(changed && { changed }),
    })
    const text = json
      ? JSON.stringify({ version: 1, ...comparison }, undefined, 2)
      : [
          ...[a, b].flatMap(({ torn }) => torn.map((segment) => `The last line of ${segment} was cut off by a kill.`)),
          comparisonText(comparison, { a: a.folder, b: b.folder }),
        ].join('\n')
    const isGateLost = comparison.pairs.some(({ lost_gates }) => lost_gates.length > 0)
    return { text, exit_code: isGateLost ? exitCodes.regressed : exitCodes[comparison.result] }
  } catch (error) {
    if (error instanceof WrongUsage) throw error
    // 1 would say that something regressed.
    throw new NoResult((error as Error).message, { cause: error })
  }
}

function lanePair(text: string): { a: string; b: string } {
  const [a, b = a, ...rest] = text.split('=')
  if (!a || !b || rest.length > 0) throw new WrongUsage(`--lane ${text}: write a lane, or a=b`)
  return { a, b }
}
