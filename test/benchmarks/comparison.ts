import { median } from '../../src/statistics/quantile.ts'

/** The same measure taken both ways, by round, in milliseconds. */
export interface Comparison {
  readonly title: string
  /** Plain Vitest. */
  readonly base: readonly number[]
  /** bench-memo. */
  readonly other: readonly number[]
}

/** Median and, in brackets, least and greatest over the rounds; ratio and difference are those of one round. */
export function renderTable(comparisons: readonly Comparison[]): string {
  const rows = comparisons.map(({ title, base, other }) => [
    title,
    spread(base, 2),
    spread(other, 2),
    `${median(pairs(base, other, (plain, lane) => lane / plain)).toFixed(2)}x`,
    spread(
      pairs(base, other, (plain, lane) => lane - plain),
      2,
    ),
    String(base.length),
  ])
  const all = [['', 'plain Vitest', 'bench-memo', 'ratio', 'difference', 'rounds'], ...rows]
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? []
  return all
    .map((row) =>
      row.map((cell, column) => (column === 0 ? cell.padEnd : cell.padStart).call(cell, widths[column] ?? 0)),
    )
    .map((row) => row.join('  '))
    .join('\n')
}

function pairs(
  base: readonly number[],
  other: readonly number[],
  combine: (plain: number, lane: number) => number,
): number[] {
  return base.map((plain, round) => combine(plain, other[round] as number))
}

function spread(samples: readonly number[], digits: number): string {
  const [middle, least, greatest] = [median(samples), Math.min(...samples), Math.max(...samples)]
  const show = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(digits))
  return `${show(middle)} (${show(least)} to ${show(greatest)})`
}
