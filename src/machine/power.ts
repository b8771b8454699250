import { readdirSync } from 'node:fs'
import { attempt } from './attempt.ts'
import { readKernelFile } from './kernel-file.ts'
import type { FilesystemOptions } from './memory-cgroup.ts'

/** What the machine runs on. A laptop on battery slows its processor down. */
export interface Power {
  readonly power: 'mains' | 'battery' | 'no-battery'
  readonly battery_percent?: number
}

/**
 * From Linux' /sys/class/power_supply (Documentation/ABI/testing/sysfs-class-power). Undefined where the system has no
 * such folder. Batteries of mice and headsets (scope `Device`) do not count.
 */
export function readPower({ filesystem = '' }: FilesystemOptions = {}): Power | undefined {
  const folder = `${filesystem}/sys/class/power_supply`
  const names = attempt(() => readdirSync(folder))
  if (names === undefined) return undefined
  const supplies = names.map((name) => {
    const read = (field: string): string | undefined => readKernelFile(`${folder}/${name}/${field}`)?.trim()
    return {
      type: read('type'),
      online: read('online'),
      status: read('status'),
      scope: read('scope'),
      capacity: read('capacity'),
    }
  })
  const battery = supplies.find(({ type, scope }) => type === 'Battery' && scope !== 'Device')
  if (!battery) return { power: 'no-battery' }
  const isOnline = supplies.some(({ type, online }) => type !== 'Battery' && online === '1')
  const percent = Number(battery.capacity)
  const power = isOnline ? 'mains' : sourceBy[battery.status ?? '']
  if (power === undefined) return undefined
  return { power, ...(battery.capacity && percent >= 0 && percent <= 100 && { battery_percent: percent }) }
}

/** What a battery's status tells where no mains supply shows itself. */
const sourceBy: Readonly<Record<string, Power['power']>> = {
  Discharging: 'battery',
  Charging: 'mains',
  Full: 'mains',
  'Not charging': 'mains',
}
