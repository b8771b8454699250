import { milliseconds } from '../config/duration.ts'

/**
 * Milliseconds since 1970 of `24h` (before now), `2026-11-01` (this machine's midnight) or `2026-11-01T08:00` with or
 * without a zone; undefined where the text is none of them.
 */
export function sinceMoment(text: string, now: number): number | undefined {
  if (/^\d+(?:\.\d+)?[smhd]$/.test(text)) return now - milliseconds(text)
  if (!/^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/.test(text)) return undefined
  const moment = Date.parse(text.length === 10 ? `${text}T00:00` : text.replace(' ', 'T'))
  return Number.isNaN(moment) ? undefined : moment
}
