import { resolve } from 'node:path'
import { milliseconds } from '../config/duration.ts'
import { readRules, withOwnRules } from '../logs/compile-rules.ts'
import { scanLogs } from '../logs/scan-logs.ts'
import { shippedRules } from '../logs/shipped-rules.ts'
import type { BenchContext } from './bench-context.ts'

/** Reads the config's logs at the end of a run, so that what the run itself caused is seen. A log that fails is an incident. */
export async function scanLogsOnce({ loaded, root, append }: BenchContext): Promise<void> {
  const { logs } = loaded.config
  if (!logs) return
  try {
    const now = Date.now()
    const own = logs.rules === undefined ? [] : await readRules(resolve(root, logs.rules))
    const { missing, ...facts } = await scanLogs({
      paths: logs.paths,
      units: logs.units,
      folder: root,
      rules: withOwnRules(await shippedRules(), own),
      since: now - milliseconds(logs.since),
      now,
    })
    await append({ kind: 'log', ...facts })
    if (missing.length === 0) return
    await append({
      kind: 'incident',
      what: `No log was found for ${missing.join(', ')}.`,
      remedy: 'Correct logs.paths in bench.config.yaml; what these logs say is not known.',
    })
  } catch (error) {
    await append({
      kind: 'incident',
      what: `The logs were not read: ${(error as Error).message}`,
      remedy: 'Correct logs in bench.config.yaml and run again.',
    })
  }
}
