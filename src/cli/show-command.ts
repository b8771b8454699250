import { parseArgs } from 'node:util'
import { type Command, WrongUsage } from './command.ts'
import { show } from './show.ts'

export const command: Command = {
  help: `bench-memo show <evidence id>

A record of evidence from the runs under .bench, the newest first, then of preflights and probes; of an answer its prompt, the answer and how it differs
from the expected, as far as the workload's privacy let them be stored.

  --run <run>  look there: \`latest\`, the id of a run, or a folder with evidence, such as a committed copy

Exit codes: 0 shown, 1 not found or not readable, 2 wrong usage.`,
  async run(args, folder) {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { run: { type: 'string' } },
    })
    const [id, ...rest] = positionals
    if (id === undefined || rest.length > 0) throw new WrongUsage('show takes one evidence id')
    return { text: await show(id, folder, values.run) }
  },
}
