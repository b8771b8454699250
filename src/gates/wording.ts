/** Numbers as the memo and the terminal write them. */

/** 4.2 s below ten seconds, 42 s above, 8 ms below a tenth of a second. */
export function seconds(total_ms: number): string {
  if (total_ms < 100) return `${Math.round(total_ms)} ms`
  const value = total_ms / 1000
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} s`
}

/** 88.7 % from 0.887; whole numbers without a decimal; never rounded up to 100 %. */
export function percent(share: number): string {
  const rounded = Math.floor(share * 1000 + 1e-9) / 10
  return `${Number.isInteger(rounded) ? rounded : rounded.toFixed(1)} %`
}

/** The same of an upper bound: never rounded down. */
export function percentUp(share: number): string {
  return percent(Math.ceil(share * 1000 - 1e-9) / 1000)
}

export function count(n: number, singular: string, plural = `${singular}s`): string {
  return `${n} ${n === 1 ? singular : plural}`
}

/** 98 MB, 1.2 GB (decimal units, as disks and downloads use them). */
export function megabytes(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`
}
