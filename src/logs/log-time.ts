/** Milliseconds since 1970 that a line bears, or undefined. */
export type LineTime = number | undefined

/** Only the beginning of a line is searched: further on stand the times of other things. */
const searched = 256

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
/** 2026-11-25T13:54:22.123456Z, 2026-11-25 13:54:22,123, 2026/11/25 - 13:54:22 (gin), 2026/11/25 13:54:22 (Go's log). */
const written =
  /(?<![\d.])(\d{4})[-/](\d\d)[-/](\d\d)(?:T|\s-\s|\s{1,2})(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\s?(Z|[+-]\d\d:?\d\d)?/
/** Nov 25 13:54:22 (syslog): no year. */
const syslog = /^(?:<\d+>)?([A-Z][a-z]{2})\s+(\d{1,2}) (\d\d):(\d\d):(\d\d)\b/
/** "ts":1764078862.123 and the like, in seconds, milliseconds, microseconds or nanoseconds. */
const counted = /(?:"?(?:ts|time|timestamp|t)"?\s*[:=]\s*"?)(\d{10})(\d{3}|\d{6}|\d{9})?(?:\.(\d{1,9}))?\b/

/**
 * When a line was written. A time without a zone is this machine's; one without a year is the latest that is not after
 * `notAfter` (the file's last change). Logs that only count from the program's start have no time.
 */
export function timeOf(line: string, notAfter: number): LineTime {
  const beginning = line.length > searched ? line.slice(0, searched) : line
  const date = written.exec(beginning)
  if (date) return fromWritten(date)
  const old = syslog.exec(beginning)
  if (old) return fromSyslog(old, notAfter)
  const count = counted.exec(beginning)
  if (!count) return undefined
  const fraction = count[2] ?? count[3] ?? ''
  return Number(count[1]) * 1000 + Number(fraction.padEnd(3, '0').slice(0, 3))
}

function fromWritten([, year, month, day, hour, minute, second, fraction = '', zone]: RegExpExecArray): LineTime {
  const milliseconds = fraction.padEnd(3, '0').slice(0, 3)
  const offset = zone === undefined ? '' : zone === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(-2)}`
  return valid(Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds}${offset}`))
}

function fromSyslog([, name, day, hour, minute, second]: RegExpExecArray, notAfter: number): LineTime {
  const month = months.indexOf((name as string).toLowerCase())
  if (month < 0) return undefined
  const inYear = (year: number): number =>
    new Date(year, month, Number(day), Number(hour), Number(minute), Number(second)).getTime()
  const year = new Date(notAfter).getFullYear()
  // A day of grace: the file's time may be coarse, or another machine's.
  return valid(inYear(year) <= notAfter + 86_400_000 ? inYear(year) : inYear(year - 1))
}

function valid(time: number): LineTime {
  return Number.isNaN(time) ? undefined : time
}
