import { z } from 'zod'

/** A span of time as the config writes it: 30s, 10m, 1h, 2d. */
export const durationSchema = z.string().regex(/^\d+(?:\.\d+)?[smhd]$/, 'write a duration such as 30s, 10m, 12h or 2d')

const unit_ms = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Milliseconds of a duration. @throws TypeError where the text is none */
export function milliseconds(duration: string): number {
  const unit = unit_ms[duration.at(-1) as keyof typeof unit_ms]
  const amount = Number(duration.slice(0, -1))
  if (unit === undefined || duration.length < 2 || !(amount >= 0)) throw new TypeError(`${duration} is no duration`)
  return amount * unit
}
