/** Reads one log with every pattern of the shipped rules and says how long it took: `node logs-process.ts <file>`. */
import { scanLogs } from '../../src/logs/scan-logs.ts'
import { plainRules } from './plain-rules.ts'

const rules = await plainRules()
const begin = performance.now()
const { findings } = await scanLogs({ paths: [process.argv[2] as string], units: [], folder: '.', rules })
const milliseconds = performance.now() - begin
const lines = findings.reduce((sum, { count }) => sum + count, 0)
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
process.stdout.write(
  JSON.stringify({ milliseconds, lines, rss_bytes: maxRSS * 1024, cpu_ms: (userCPUTime + systemCPUTime) / 1000 }),
)
