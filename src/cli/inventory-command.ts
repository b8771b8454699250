import { parseArgs } from 'node:util'
import { inventoryText } from '../../reporters/inventory-text.ts'
import { assessInventory } from '../assessment/inventory.ts'
import { ConfigError } from '../config/config-error.ts'
import { withEnvironment } from '../config/environment.ts'
import { minimalConfig } from '../config/minimal-config.ts'
import { type OpenedConfig, openConfig } from '../config/open-config.ts'
import { parseConfig } from '../config/parse.ts'
import { takeInventory } from '../inventory/take-inventory.ts'
import type { Command } from './command.ts'

export const command: Command = {
  help: `bench-memo inventory [--json] [--config FILE]

What serves models here, and what calls them: runtimes of the config, at usual endpoints and where OLLAMA_HOST and
OPENAI_BASE_URL point, with versions, listening addresses and processes; their models with digest, size, context and how
far each got (configured, present, loaded, answered, reliable); the machine; and \`clients:\` of bench.config.yaml: files
that name endpoints and tags, held against the lanes. Takes two seconds at most and asks no model.

  --json     for machines (schemas/inventory.schema.json)
  --config   (bench.config.yaml of this folder, or of the nearest one above; without one, usual endpoints only)

Exit codes: 0 done, 1 a config that cannot be read, 2 wrong usage.`,
  async run(args, folder) {
    const { values } = parseArgs({
      args: [...args],
      options: { json: { type: 'boolean' }, config: { type: 'string' } },
    })
    const { config, root, isOwn } = await configHere(folder, values.config)
    const report = assessInventory(await takeInventory({ config, root }), config)
    if (values.json) return { text: JSON.stringify({ version: 1, ...report }, undefined, 2) }
    const text = inventoryText(report, Date.now())
    return { text: isOwn ? text : `There is no bench.config.yaml here, so there are no lanes.\n${text}` }
  },
}

/** An operator may ask before there is a config; one that is wrong is said to be. */
async function configHere(folder: string, named: string | undefined): Promise<OpenedConfig & { isOwn: boolean }> {
  try {
    return { ...(await openConfig(folder, named)), isOwn: true }
  } catch (error) {
    const isMissing = error instanceof ConfigError && error.problems.some(({ code }) => code === 'not-found')
    if (!isMissing || named !== undefined) throw error
    const { version, ...rest } = parseConfig(minimalConfig, 'bench.config.yaml')
    const empty = { ...rest, version, runtimes: {}, lanes: {}, workloads: {} }
    return { config: withEnvironment(empty, process.env), root: folder, isOwn: false }
  }
}
