import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { logsText } from '../../reporters/logs-text.ts'
import { logContradictions } from '../assessment/log-contradictions.ts'
import { ConfigError } from '../config/config-error.ts'
import type { BenchConfig } from '../config/schema.ts'
import { findRun } from '../evidence/find-run.ts'
import type { Evidence } from '../evidence/schema.ts'
import { readRules, withOwnRules } from '../logs/compile-rules.ts'
import { scanLogs } from '../logs/scan-logs.ts'
import { shippedRules } from '../logs/shipped-rules.ts'
import { sinceMoment } from '../logs/since.ts'
import { usualPlaces } from '../logs/usual-places.ts'
import { type Command, NoResult, WrongUsage } from './command.ts'
import { projectConfig } from './project-config.ts'

export const command: Command = {
  help: `bench-memo logs [paths…]

What logs of runtimes and queues say of truncated prompts, killed runners, memory that ran out, models that evict each
other, full queues, requeue storms, stale blocks and the like. Paths are files, folders or patterns ('logs/*.log');
rotated and gzipped files of a log come along. Without paths: \`logs:\` of bench.config.yaml, the usual places of Ollama
and LM Studio, and on Linux the journal of ollama. Shown are matched fields only, never whole lines.

  --since <when>       24h, 7d, 2026-11-01 or 2026-11-01T08:00: earlier lines do not count.
  --rules <file>       rules of your own (YAML), beside the shipped ones; the same id takes a rule's place.
                       May be given several times.
  --unit <name>        a unit of systemd's journal. May be given several times.
  --json               the findings for machines.

Refusals of local work are held against the answers of the latest run, where there is one.

Exit codes: 0 nothing found; 1 something found; 2 no log could be read, rules or a config that cannot
be used, or wrong usage.`,
  async run(args, folder) {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        since: { type: 'string' },
        rules: { type: 'string', multiple: true },
        unit: { type: 'string', multiple: true },
        json: { type: 'boolean' },
      },
    })
    const now = Date.now()
    const since = values.since === undefined ? undefined : sinceMoment(values.since, now)
    if (values.since !== undefined && since === undefined) {
      throw new WrongUsage(`--since ${values.since}: write 24h, 7d, 2026-11-01 or 2026-11-01T08:00`)
    }
    const project = await projectOf(folder)
    const places = placesOf(positionals, values.unit ?? [], project?.config)
    const own = await Promise.all(
      [...(values.rules ?? []).map((file) => resolve(folder, file)), ...ownRules(project)].map(readRules),
    ).catch((error: Error) => {
      throw new NoResult(error.message, { cause: error })
    })
    const rules = withOwnRules(await shippedRules(), own.flat())
    const root = positionals.length > 0 ? folder : (project?.root ?? folder)
    const { missing, ...facts } = await scanLogs({ ...places, folder: root, rules, since, now })
    if (!facts.sources.some(({ problem, lines }) => problem === undefined || lines > 0)) {
      const why = [...missing.map((path) => `${path}: nothing there`), ...facts.sources.map(unread)]
      return { text: ['no log was read', ...why].join('\n  '), exit_code: 2 }
    }
    const contradictions = logContradictions(facts, await latestEvidence(project?.root, folder), project?.config)
    const isUsual = positionals.length === 0
    const text = values.json
      ? JSON.stringify({ version: 1, ...facts, missing, contradictions }, undefined, 2)
      : logsText({ ...facts, ...(!isUsual && { missing }) }, contradictions)
    return { text, exit_code: facts.findings.length + contradictions.length > 0 ? 1 : 0 }
  },
}

interface Project {
  readonly config: BenchConfig
  readonly root: string
}

/** Logs can be read where there is no bench.config.yaml; one that is wrong is said to be, and is no finding. */
async function projectOf(folder: string): Promise<Project | undefined> {
  try {
    return await projectConfig(folder)
  } catch (error) {
    const isMissing = error instanceof ConfigError && error.problems.some(({ code }) => code === 'not-found')
    if (isMissing) return undefined
    throw new NoResult((error as Error).message, { cause: error })
  }
}

function ownRules(project: Project | undefined): readonly string[] {
  const rules = project?.config.logs?.rules
  return project && rules !== undefined ? [resolve(project.root, rules)] : []
}

function placesOf(
  paths: readonly string[],
  units: readonly string[],
  config: BenchConfig | undefined,
): { readonly paths: readonly string[]; readonly units: readonly string[] } {
  if (paths.length > 0 || units.length > 0) return { paths, units }
  const usual = usualPlaces()
  return {
    paths: [...(config?.logs?.paths ?? []), ...usual.paths],
    units: [...new Set([...(config?.logs?.units ?? []), ...usual.units])],
  }
}

function unread({ name, problem }: { readonly name: string; readonly problem?: string | undefined }): string {
  return `${name}: ${problem ?? 'read'}`
}

async function latestEvidence(root: string | undefined, folder: string): Promise<readonly Evidence[]> {
  if (root === undefined) return []
  return await findRun('latest', root, folder).then(
    ({ evidence }) => evidence,
    () => [],
  )
}
