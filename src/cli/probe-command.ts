import { parseArgs } from 'node:util'
import { ConfigError } from '../config/config-error.ts'
import { type OpenedConfig, openConfig } from '../config/open-config.ts'
import { benchConfigSchema } from '../config/schema.ts'
import { describePopulation } from '../gates/latency-populations.ts'
import { megabytes } from '../gates/wording.ts'
import { laneForModel } from '../policy/lane-for-model.ts'
import { type TimedRuns, timedRuns } from '../policy/timed-runs.ts'
import { type Command, WrongUsage } from './command.ts'
import { readNamedFile } from './read-named-file.ts'
import { untilEnded } from './until-ended.ts'

export const command: Command = {
  help: `bench-memo probe --model TAG --prompt-file FILE [--runs 5] [--output-tokens 512] [--seconds 600] [--json]

Asks a model the same prompt a few times, one after another: median and slowest run, the memory's movement, exit status,
and which model answered, with its level of proof. Everything is written as evidence below .bench/operations.
The model is looked for in the lanes of bench.config.yaml (here or above), then on the runtimes that answer here.

  --seconds    a run that takes longer failed
  --json       one line of JSON instead of a few lines for people

Exit codes: 0 every run was answered by the proven model, 1 not so, 2 wrong usage.`,
  async run(args, folder) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        model: { type: 'string' },
        runs: { type: 'string', default: '5' },
        'prompt-file': { type: 'string' },
        'output-tokens': { type: 'string', default: '512' },
        seconds: { type: 'string', default: '600' },
        json: { type: 'boolean', default: false },
      },
    })
    const { model, 'prompt-file': promptFile } = values
    if (model === undefined || promptFile === undefined) throw new WrongUsage('probe takes --model and --prompt-file')
    const asked = {
      runs: wholeNumber('--runs', values.runs),
      output_tokens: wholeNumber('--output-tokens', values['output-tokens'], 1_000_000),
      seconds_per_run: wholeNumber('--seconds', values.seconds, 86_400),
    }
    const { config: own, root } = await configHere(folder)
    const prompt = (await readNamedFile('--prompt-file', promptFile, folder)).trim()
    if (prompt === '') throw new WrongUsage(`${promptFile} is empty`)
    const { config, lane } = await laneForModel(own, model, process.env)
    const result = await untilEnded((signal) => timedRuns({ config, root, lane, prompt, ...asked, signal }))
    return { text: values.json ? JSON.stringify(result) : describe(result), exit_code: result.exit_status }
  },
}

/** Of the folder, or of the nearest one above; a probe needs none. */
async function configHere(folder: string): Promise<OpenedConfig> {
  try {
    return await openConfig(folder)
  } catch (error) {
    if (!(error instanceof ConfigError && error.problems.some(({ code }) => code === 'not-found'))) throw error
    return { config: benchConfigSchema.parse({ version: 1, runtimes: {}, lanes: {}, workloads: {} }), root: folder }
  }
}

function wholeNumber(option: string, text: string, most = Number.MAX_SAFE_INTEGER): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1 || number > most)
    throw new WrongUsage(
      `${option} takes a whole number from 1 ${most === Number.MAX_SAFE_INTEGER ? 'on' : `to ${most}`}, not ${text}`,
    )
  return number
}

function describe(result: TimedRuns): string {
  const { requested_model, observed_model, identity, populations, memory, answered, runs, failures } = result
  const rss = memory?.serving_rss
  return [
    `model      requested ${requested_model}, observed ${observed_model ?? 'not proven'}`,
    `identity   ${identity.status}: ${identity.detail}`,
    `answered   ${answered} of ${runs}`,
    ...failures.map((failure) => `failed     ${failure}`),
    ...populations.map((population) => `latency    ${describePopulation(population)}`),
    `memory     ${rss ? `serving process ${megabytes(rss.before)} before, ${megabytes(rss.peak)} peak, ${megabytes(rss.after)} after` : 'serving process not readable'}`,
    `exit       ${result.exit_status}`,
    `evidence   ${result.evidence}`,
  ].join('\n')
}
