import { readdirSync } from 'node:fs'
import { readKernelFile } from './kernel-file.ts'
import type { FilesystemOptions } from './memory-cgroup.ts'

/** How fast and how hot the processor is; absent where the system does not say. */
export interface ProcessorHeat {
  /** Mean over all cores, MHz. */
  readonly clock_mhz?: number
  /** The hottest sensor, degrees Celsius. */
  readonly temperature_celsius?: number
}

/** From Linux' /sys (cpufreq, thermal, hwmon), else /proc/cpuinfo; nothing on other systems. */
export function readProcessorHeat({ filesystem = '' }: FilesystemOptions = {}): ProcessorHeat {
  const clocks = clocksOf(filesystem)
  const temperatures = temperaturesOf(filesystem)
  return {
    ...(clocks.length > 0 && { clock_mhz: Math.round(clocks.reduce((sum, each) => sum + each, 0) / clocks.length) }),
    ...(temperatures.length > 0 && { temperature_celsius: Math.max(...temperatures) }),
  }
}

function clocksOf(filesystem: string): number[] {
  const folder = `${filesystem}/sys/devices/system/cpu`
  const scaled = names(folder, /^cpu\d+$/).flatMap((name) =>
    numbers([readKernelFile(`${folder}/${name}/cpufreq/scaling_cur_freq`)], 1 / 1000),
  )
  if (scaled.length > 0) return scaled
  const listed = readKernelFile(`${filesystem}/proc/cpuinfo`) ?? ''
  return [...listed.matchAll(/^cpu MHz\s*:\s*([\d.]+)$/gm)].map(([, value]) => Number(value))
}

function temperaturesOf(filesystem: string): number[] {
  const [zones, monitors] = [`${filesystem}/sys/class/thermal`, `${filesystem}/sys/class/hwmon`]
  const files = [
    ...names(zones, /^thermal_zone\d+$/).map((name) => `${zones}/${name}/temp`),
    ...names(monitors, /^hwmon\d+$/).flatMap((name) =>
      names(`${monitors}/${name}`, /^temp\d+_input$/).map((input) => `${monitors}/${name}/${input}`),
    ),
  ]
  // Sensors that are not connected show absurd values.
  return numbers(files.map(readKernelFile), 1 / 1000).filter((celsius) => celsius > 0 && celsius < 150)
}

function numbers(texts: readonly (string | undefined)[], factor: number): number[] {
  return texts.flatMap((text) => (text !== undefined && /^-?\d+\s*$/.test(text) ? [Number(text) * factor] : []))
}

function names(folder: string, pattern: RegExp): string[] {
  try {
    return readdirSync(folder).filter((name) => pattern.test(name))
  } catch {
    return []
  }
}
