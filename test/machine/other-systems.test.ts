import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { gpuMemoryReader, parseNvidia } from '../../src/machine/gpu-memory.ts'
import {
  macMemory,
  parseFreePercentage,
  parsePressureLevel,
  parseSwapUsage,
  parseVmStat,
} from '../../src/machine/macos-memory.ts'
import { readProcessorHeat } from '../../src/machine/processor-heat.ts'

const capture = (name: string) => readFile(new URL(`captures/${name}`, import.meta.url), 'utf8')
const page = 16_384

describe("a Mac's memory, by captures", () => {
  test('has what is free, inactive, speculative or purgeable to give, in pages of the size that it names', async () => {
    expect(parseVmStat(await capture('macos-vm-stat.txt'))).toEqual({
      available: page * (123_456 + 345_678 + 12_345 + 56_789),
      swapped_in: page * 123,
      swapped_out: page * 45,
    })
    expect(parseVmStat('Mach Virtual Memory Statistics: (page size of 4096 bytes)\nPages free: 1000.')).toBeUndefined()
  })

  test("has the kernel's own level: normal, warning, critical", async () => {
    const [light = '', heavy = ''] = (await capture('macos-pressure-levels.txt')).split('\n\n')
    expect([light, heavy].map(parsePressureLevel)).toEqual(['normal', 'critical'])
    expect(parsePressureLevel('kern.memorystatus_vm_pressure_level: 2')).toBe('warning')
    expect(parsePressureLevel('kern.memorystatus_vm_pressure_level: 3')).toBeUndefined()
  })

  test('has swap in the units that it is written in', async () => {
    expect(parseSwapUsage(await capture('macos-sysctl.txt'))).toBe(Math.round(9689.94 * 2 ** 20))
    expect(parseSwapUsage('vm.swapusage: total = 0.00M  used = 0.00M  free = 0.00M')).toBe(0)
    expect(parseSwapUsage('sysctl: unknown oid')).toBeUndefined()
  })

  test('has a share that memory_pressure calls free', async () => {
    expect(parseFreePercentage(await capture('macos-memory-pressure.txt'))).toBe(40)
    expect(parseFreePercentage('')).toBeUndefined()
  })

  test('is one reading, and none where a part is missing', async () => {
    const [values, pages] = [await capture('macos-sysctl.txt'), await capture('macos-vm-stat.txt')]
    expect(macMemory(values, pages)).toEqual({
      total: 34_359_738_368,
      used: 34_359_738_368 - page * 538_268,
      swap_used: 10_160_638_525,
      pressure_level: 'warning',
      swapped: { in_bytes: page * 123, out_bytes: page * 45 },
    })
    expect(macMemory('', pages)).toBeUndefined()
    expect(macMemory(values, '')).toBeUndefined()
  })
})

describe('hardware that this machine need not have', () => {
  let filesystem: string
  beforeAll(async () => {
    filesystem = await mkdtemp(path.join(tmpdir(), 'bench-memo-hardware-'))
    const files = {
      'sys/class/drm/card0/device/mem_info_vram_total': '17163091968\n',
      'sys/class/drm/card0/device/mem_info_vram_used': '1000000\n',
      'sys/class/drm/card1/device/vendor': '0x8086\n',
      'sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq': '3600000\n',
      'sys/devices/system/cpu/cpu1/cpufreq/scaling_cur_freq': '1800000\n',
      'sys/class/thermal/thermal_zone0/temp': '45000\n',
      'sys/class/hwmon/hwmon0/temp1_input': '71500\n',
      'sys/class/hwmon/hwmon0/temp2_input': '-273000\n',
    }
    for (const [name, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(filesystem, name)), { recursive: true })
      await writeFile(path.join(filesystem, name), text)
    }
  })
  afterAll(() => rm(filesystem, { recursive: true }))

  test("AMD's cards tell their memory in the kernel's files", async () => {
    expect(await gpuMemoryReader({ filesystem })?.()).toEqual({ total: 17_163_091_968, used: 1_000_000 })
  })

  test("NVIDIA's are summed over all cards", async () => {
    expect(parseNvidia(await capture('nvidia-smi.csv'))).toEqual({
      total: 2 * 24_564 * 2 ** 20,
      used: 21_234 * 2 ** 20,
    })
    expect(parseNvidia('No devices were found')).toBeUndefined()
  })

  test('nobody looks for the memory of cards that are not there', () => {
    expect(gpuMemoryReader({ filesystem: path.join(filesystem, 'nowhere') })).toBeUndefined()
  })

  test('the clock is the mean of all cores, the temperature that of the hottest sensor that is connected', () => {
    expect(readProcessorHeat({ filesystem })).toEqual({ clock_mhz: 2700, temperature_celsius: 71.5 })
    expect(readProcessorHeat({ filesystem: path.join(filesystem, 'nowhere') })).toEqual({})
  })
})
