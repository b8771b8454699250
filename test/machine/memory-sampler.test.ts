import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { platform, tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parsePressure, parseSwapCounts } from '../../src/machine/memory-pressure.ts'
import { startMemorySampler } from '../../src/machine/memory-sampler.ts'
import { processFamily } from '../../src/machine/process-family.ts'
import { childProcesses } from '../../src/machine/process-table.ts'
import {
  largestProcesses,
  parseUsage,
  type RunningProcess,
  runningProcesses,
  sameProgramFamily,
} from '../../src/machine/running-processes.ts'
import { SwapWatch } from '../../src/machine/stall-watch.ts'

let filesystem: string
beforeEach(async () => {
  filesystem = await mkdtemp(path.join(tmpdir(), 'bench-memo-sampler-'))
})
afterEach(() => rm(filesystem, { recursive: true }))

async function lay(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(filesystem, name)), { recursive: true })
    await writeFile(path.join(filesystem, name), text)
  }
}
const meminfo = (available_kB: number, swapFree_kB = 1000) =>
  `MemTotal:       1000000 kB\nMemAvailable:   ${available_kB} kB\nSwapTotal:  1000 kB\nSwapFree: ${swapFree_kB} kB\n`
const pressure = (some: number, full: number, total: number) =>
  `some avg10=${some} avg60=0.00 avg300=0.00 total=${total}\nfull avg10=${full} avg60=0.00 avg300=0.00 total=${total / 2}\n`
const status = (rss_kB: number) => `Name:\tserver\nVmHWM:\t 9999 kB\nVmRSS:\t ${rss_kB} kB\n`

describe('a sampler', () => {
  test('sees processes, machine, swap, stalls, kills and a group move, from the files of the kernel', async () => {
    await lay({
      'proc/meminfo': meminfo(900_000),
      'proc/vmstat': 'pswpin 10\npswpout 20\noom_kill 3\n',
      'proc/pressure/memory': pressure(0, 0, 1000),
      'proc/cpuinfo': 'cpu MHz\t\t: 2000.000\ncpu MHz\t\t: 3000.000\n',
      'proc/self/mountinfo': '30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n',
      'proc/7/cgroup': '0::/box\n',
      'proc/7/status': status(100),
      'proc/7/smaps_rollup': 'Rss: 100 kB\nPss:                  80 kB\nPss_Dirty: 1 kB\n',
      'proc/7/task/7/children': '8 ',
      'proc/8/status': status(50),
      'proc/8/smaps_rollup': 'Pss: 40 kB\n',
      'sys/fs/cgroup/box/memory.max': '100000\n',
      'sys/fs/cgroup/box/memory.current': '20000\n',
      'sys/fs/cgroup/box/memory.stat': 'inactive_file 5000\n',
      'sys/fs/cgroup/box/memory.events': 'max 0\noom_kill 0\n',
    })
    const sampler = await startMemorySampler(7, { filesystem, interval_ms: 20 })
    await lay({ 'proc/7/status': status(300) })
    await sampler.markLoaded()
    await lay({
      'proc/meminfo': meminfo(200_000, 400),
      'proc/7/status': status(700),
      'sys/fs/cgroup/box/memory.current': '90000\n',
    })
    await new Promise((resolve) => setTimeout(resolve, 200))
    await lay({
      'proc/meminfo': meminfo(850_000, 400),
      'proc/7/status': status(200),
      'proc/vmstat': 'pswpin 110\npswpout 25\noom_kill 4\n',
      'proc/pressure/memory': pressure(12.5, 3.25, 501_000),
      'sys/fs/cgroup/box/memory.events': 'max 4\noom_kill 1\n',
    })
    const facts = await sampler.stop()
    expect(facts).toMatchObject({
      interval_ms: 20,
      serving_rss: { before: 150 * 1024, loaded: 350 * 1024, peak: 750 * 1024, after: 250 * 1024 },
      serving_pss: { before: 120 * 1024, peak: 120 * 1024, after: 120 * 1024 },
      machine: {
        total: 1_024_000_000,
        used: { before: 102_400_000, peak: 819_200_000, after: 153_600_000 },
        swap_used: { before: 0, peak: 614_400, after: 614_400 },
      },
      stalled: { some_avg10_peak: 12.5, full_avg10_peak: 3.25, some_ms: 500, full_ms: 250 },
      oom_kills: 1,
      cgroup: {
        version: 2,
        limit: 100_000,
        used: { before: 15_000, peak: 85_000, after: 85_000 },
        oom_kills: 1,
        limit_hits: 4,
      },
      clock_mhz: { before: 2500, lowest: 2500, after: 2500 },
    })
    expect(facts.samples).toBeGreaterThan(3)
    expect(facts.temperature_celsius).toBeUndefined()
    expect(facts.gpu).toBeUndefined()
  })

  test('knows a child that loaded the model, however briefly it was watched', async () => {
    await lay({ 'proc/7/status': status(100), 'proc/7/task/7/children': '' })
    const sampler = await startMemorySampler(7, { filesystem, interval_ms: 10_000 })
    await lay({ 'proc/7/task/7/children': '8 ', 'proc/8/status': status(500) })
    await sampler.markLoaded()
    await lay({ 'proc/8/status': status(450) })
    expect((await sampler.stop()).serving_rss).toEqual({
      before: 100 * 1024,
      loaded: 600 * 1024,
      peak: 600 * 1024,
      after: 550 * 1024,
    })
  })

  test('leaves out what could not be read, and fills in nothing', async () => {
    const sampler = await startMemorySampler(7, { filesystem, interval_ms: 20 })
    const { samples, watched_ms, ...rest } = await sampler.stop()
    expect(rest).toEqual({ interval_ms: 20 })
    expect(samples).toBeGreaterThanOrEqual(2)
    expect(watched_ms).toBeGreaterThanOrEqual(0)
  })
})

describe("the kernel's counters", () => {
  test('of stalls and swap are read by name, and absent where the kernel has none', () => {
    expect(parsePressure(pressure(1.5, 0.5, 2000))).toEqual({
      some: { avg10: 1.5, total_us: 2000 },
      full: { avg10: 0.5, total_us: 1000 },
    })
    expect(parsePressure(undefined)).toBeUndefined()
    expect(parseSwapCounts('pswpin 1\npswpout 2\n')).toEqual({ pages_in: 1, pages_out: 2 })
    expect(parseSwapCounts('nr_free_pages 1')).toBeUndefined()
  })

  test('give the rate of swapping over five seconds, not that of a burst', () => {
    const watch = new SwapWatch()
    for (let second = 0; second <= 10; second += 1)
      watch.add(1000 * second, { in_bytes: second >= 8 ? 5_000_000 : 0, out_bytes: 7 })
    expect(watch.facts()).toEqual({ in_bytes: 5_000_000, out_bytes: 0, highest_in_per_second: 1_000_000 })
  })
})

describe.runIf(platform() === 'linux')('processes of this machine', () => {
  test('the family of a process is itself and all below it, by either way of looking', async () => {
    const child = fork(new URL('../support/idle-process.ts', import.meta.url), { execArgv: [] })
    try {
      await once(child, 'message')
      const family = await processFamily(process.pid)
      expect(family).toContain(child.pid)
      expect(new Set(family)).toEqual(
        new Set([process.pid, ...(await childProcesses(process.pid)).map(({ pid }) => pid)]),
      )
    } finally {
      child.kill()
    }
  })

  test('are named by their program alone, without arguments', () => {
    const self = runningProcesses()?.find(({ pid }) => pid === process.pid)
    expect(self).toMatchObject({ name: 'node', parent: process.ppid })
    expect(self?.resident_bytes).toBeGreaterThan(10_000_000)
    expect(self?.processor_seconds).toBeGreaterThan(0)
  })

  test('are read also where their name holds what separates fields', () => {
    const text = `42 (a (b) 1 c) S 7 42 42 0 -1 4194560 1 0 0 0 250 50 0 0 20 0 1 0 100 1 1`
    expect(parseUsage(text)).toEqual({ parent: 7, name: 'a (b) 1 c', processor_seconds: 3 })
    expect(parseUsage('')).toBeUndefined()
  })
})

describe('the largest other processes', () => {
  const running = (pid: number, changes: Partial<RunningProcess> = {}): RunningProcess => ({
    pid,
    parent: 1,
    name: `program-${pid}`,
    resident_bytes: pid * 1000,
    processor_seconds: 0,
    ...changes,
  })

  test('are told by memory and by processor time, without those that are left out', () => {
    const before = [1, 2, 3, 4].map((pid) => running(pid))
    const after = [running(1, { processor_seconds: 1 }), running(2, { processor_seconds: 0.5 }), running(3), running(4)]
    expect(largestProcesses(before, after, 2000, { without: new Set([4]), most: 2 })).toEqual({
      by_memory: [
        { name: 'program-3', resident_bytes: 3000, cores: 0 },
        { name: 'program-2', resident_bytes: 2000, cores: 0.25 },
      ],
      by_processor: [
        { name: 'program-1', resident_bytes: 1000, cores: 0.5 },
        { name: 'program-2', resident_bytes: 2000, cores: 0.25 },
      ],
    })
  })

  test('leave out the bench: whoever runs the same program above it, and all below', () => {
    const processes = [
      running(10, { parent: 1 }),
      running(20, { parent: 10 }),
      running(30, { parent: 20 }),
      running(31, { parent: 20 }),
      running(40, { parent: 31 }),
      running(50, { parent: 10 }),
    ]
    expect(sameProgramFamily(processes, 30, (pid) => pid >= 20)).toEqual(new Set([20, 30, 31, 40]))
  })
})
