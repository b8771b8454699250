/**
 * Throughput of `bench-memo logs` against `grep -E -c` with the same patterns on the same file of 1 GB, in turn, and the
 * peak memory of the reader. Lines are those of real healthy logs, one of a thousand matches. `npm run benchmark`.
 */
import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { median } from '../../src/statistics/quantile.ts'
import { grepPattern } from './grep-pattern.ts'
import { plainRules } from './plain-rules.ts'

const bytes = Number(process.env.BENCH_MEMO_LOG_BYTES ?? 1e9)
const rounds = 3
const limits = { ratio: 1 / 3, rss_bytes: 200e6 }
const fixtures = new URL('../logs/fixtures/', import.meta.url).pathname

const folder = await mkdtemp(join(tmpdir(), 'bench-memo-logs-'))
try {
  const log = join(folder, 'server.log')
  const patterns = join(folder, 'patterns')
  await writeLog(log)
  const rules = await plainRules()
  await writeFile(patterns, rules.map(({ rule }) => `${grepPattern(rule.pattern)}\n`).join(''))
  const load = loadavg()[0]?.toFixed(2)
  const grep: Run[] = []
  const ours: Run[] = []
  for (let round = -1; round < rounds; round += 1) {
    const pair = [await runGrep(log, patterns), await runOurs(log)] as const
    // The first one fills the page cache.
    if (round < 0) continue
    grep.push(pair[0])
    ours.push(pair[1])
  }
  const ratio = (measure: 'milliseconds' | 'cpu_ms') =>
    median(grep.map((each, round) => each[measure] / (ours[round] as Run)[measure]))
  const rss = Math.max(...ours.map(({ rss_bytes = 0 }) => rss_bytes))
  const isWithin = ratio('milliseconds') >= limits.ratio && rss <= limits.rss_bytes
  const speed = (runs: readonly Run[]) =>
    `${(bytes / 1e6 / median(runs.map((each) => each.milliseconds))).toFixed(2)} GB/s`
  process.stdout.write(
    `logs, ${(bytes / 1e9).toFixed(1)} GB, ${rules.length} patterns, ${rounds} rounds: grep -E -c ${speed(grep)}, bench-memo ` +
      `${speed(ours)}: ${ratio('milliseconds').toFixed(2)} of grep's throughput (${ratio('cpu_ms').toFixed(2)} by processor ` +
      `time), peak RSS ${(rss / 1e6).toFixed(0)} MB; ${isWithin ? 'within' : 'OVER'} 1/3 and 200 MB\n` +
      `lines: grep ${grep[0]?.lines}, bench-memo ${ours[0]?.lines}; ${availableParallelism()} cores, load average ${load} before\n`,
  )
  if (grep[0]?.lines !== ours[0]?.lines) throw new Error('grep and bench-memo did not find the same lines')
} finally {
  await rm(folder, { recursive: true })
}

interface Run {
  readonly milliseconds: number
  readonly cpu_ms: number
  readonly lines: number
  readonly rss_bytes?: number
}

async function runGrep(log: string, patterns: string): Promise<Run> {
  const begin = performance.now()
  const time = await execa('bash', ['-c', 'TIMEFORMAT="%U %S"; time grep -E -c -f "$0" "$1"', patterns, log])
  const milliseconds = performance.now() - begin
  const [user = 0, system = 0] = time.stderr.trim().split(' ').map(Number)
  return { milliseconds, cpu_ms: (user + system) * 1000, lines: Number(time.stdout) }
}

async function runOurs(log: string): Promise<Run> {
  const script = new URL('logs-process.ts', import.meta.url).pathname
  return JSON.parse((await execa(process.execPath, [script, log])).stdout) as Run
}

/** Healthy lines as they come, with a line of a fault in place of every thousandth. */
async function writeLog(path: string): Promise<void> {
  const healthy = (await readLines('healthy')).filter((line) => line.length > 0)
  const faults = [
    'time=2026-11-25T19:03:23.356Z level=WARN source=llama_server.go:306 msg="truncating input prompt" limit=130 prompt=1410 keep=4 new=130',
    '[GIN] 2026/11/25 - 19:03:48 | 503 |  778.586552ms |       127.0.0.1 | POST     "/api/generate"',
    '0.03.600.090 W slot   operator(): id  0 | task 0 | slot context shift, n_keep = 0, n_left = 255, n_discard = 127',
    '2026-11-25T19:03:48Z worker requeue job=J-%N attempt=3 reason=busy',
    '2026-11-25T19:03:48Z governor job=J-%N blocked_local_quality',
    '2026-11-25T19:03:48Z scheduler queue_depth=17',
    'time=2026-11-25T19:03:32.756Z level=WARN source=llama_server.go:1108 msg="llama-server process no longer running" sys=9 string="signal: killed"',
  ]
  const file = await open(path, 'w')
  try {
    for (let written = 0, line = 0; written < bytes; ) {
      const block: string[] = []
      for (let size = 0; size < 8e6; line += 1) {
        const text =
          line % 1000 === 999
            ? (faults[((line / 1000) % faults.length) | 0] as string).replace('%N', String(line))
            : (healthy[line % healthy.length] as string)
        block.push(text)
        size += text.length + 1
      }
      const piece = Buffer.from(`${block.join('\n')}\n`).subarray(0, bytes - written)
      await file.write(piece)
      written += piece.length
    }
  } finally {
    await file.close()
  }
}

async function readLines(detector: string): Promise<string[]> {
  const files = (await readdir(join(fixtures, detector))).filter((name) => name.endsWith('.log')).sort()
  const texts = await Promise.all(files.map((name) => readFile(join(fixtures, detector, name), 'utf8')))
  return texts.flatMap((text) => text.split('\n'))
}
