import { parseArgs } from 'node:util'
import { milliseconds } from '../config/duration.ts'
import { openConfig } from '../config/open-config.ts'
import { preflight } from '../policy/preflight.ts'
import { type Command, WrongUsage } from './command.ts'
import { untilEnded } from './until-ended.ts'
import { verdictLine } from './verdict-line.ts'

export const command: Command = {
  help: `bench-memo preflight <workload> [--lane NAME] [--deadline 60s] [--config FILE]

Whether a job of this workload may start on its local lane now: memory, blocks, identity and one record's validity.
Prints one line of JSON. A passed preflight serves the next ones for policy.proof_valid, unless the machine was started
anew; a failed one blocks the workload, for longer each time; a block past policy.block_bound leads to a probe.

  --lane       one of the workload's lanes (its first local one)
  --deadline   no verdict later than that (the record's limit and two minutes)
  --config     (bench.config.yaml of this folder, or of the nearest one above)

Exit codes: 0 go, 1 no-go, 2 unknown or wrong usage.`,
  async run(args, folder) {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { lane: { type: 'string' }, deadline: { type: 'string' }, config: { type: 'string' } },
    })
    const [workload, ...rest] = positionals
    if (workload === undefined || rest.length > 0) throw new WrongUsage('preflight takes one workload')
    const deadline_ms = values.deadline === undefined ? undefined : durationOf(values.deadline)
    return await verdictLine(workload, async () => {
      const { config, root } = await openConfig(folder, values.config)
      return await untilEnded((signal) => preflight({ config, root, workload, lane: values.lane, signal, deadline_ms }))
    })
  },
}

function durationOf(text: string): number {
  try {
    return milliseconds(text)
  } catch {
    throw new WrongUsage(`--deadline takes a duration such as 60s or 5m, not ${text}`)
  }
}
