import { parseArgs } from 'node:util'
import { openConfig } from '../config/open-config.ts'
import { checkResult } from '../policy/check-result.ts'
import { type Command, NoResult, WrongUsage } from './command.ts'
import { readNamedFile } from './read-named-file.ts'
import { verdictLine } from './verdict-line.ts'

export const command: Command = {
  help: `bench-memo check <workload> --input FILE --output FILE [--record FILE] [--lane NAME] [--config FILE]

Whether one real result may count as done: the validator on the output, and the identity gate on what its worker wrote
down. Prints one line of JSON, in which neither input nor output stands.

  --input      what the model was given
  --output     what came back, whole
  --record     JSON with selected_model, requested_model and observed_model; without it the identity is unknown
  --lane       one of the workload's lanes (its first local one)
  --config     (bench.config.yaml of this folder, or of the nearest one above)

Exit codes: 0 accepted, 1 refused, 2 unknown or wrong usage.`,
  async run(args, folder) {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        input: { type: 'string' },
        output: { type: 'string' },
        record: { type: 'string' },
        lane: { type: 'string' },
        config: { type: 'string' },
      },
    })
    const [workload, ...rest] = positionals
    const { input, output, record } = values
    if (workload === undefined || rest.length > 0 || input === undefined || output === undefined)
      throw new WrongUsage('check takes one workload, --input and --output')
    return await verdictLine(workload, async () => {
      const { config, root } = await openConfig(folder, values.config)
      return await checkResult({
        config,
        root,
        workload,
        lane: values.lane,
        input: await readNamedFile('--input', input, folder),
        output: await readNamedFile('--output', output, folder),
        ...(record !== undefined && { record: parseRecord(await readNamedFile('--record', record, folder), record) }),
      })
    })
  },
}

function parseRecord(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new NoResult(`${file} is no JSON; --record takes what the worker wrote down, as JSON`)
  }
}
