/** One thing that is wrong in a dataset folder. */
export interface DatasetProblem {
  /** File in which it stands, as a path that a terminal can open. */
  readonly file: string
  /** 1-based; absent where the whole file is meant. */
  readonly line?: number
  /** 1-based, UTF-16 units. */
  readonly column?: number
  /** What is wrong and what to do, one line. */
  readonly text: string
}

const shownPerFile = 20

/** A dataset folder that cannot be used, with everything that is wrong in it: one line a problem, 20 a file. */
export class DatasetError extends Error {
  override readonly name = 'DatasetError'
  readonly folder: string
  /** All of them, also those that the message leaves out. */
  readonly problems: readonly DatasetProblem[]

  constructor(folder: string, problems: readonly DatasetProblem[], options?: ErrorOptions) {
    const files = [...new Set(problems.map(({ file }) => file))]
    super(files.flatMap((name) => formatFile(problems.filter(({ file }) => file === name))).join('\n'), options)
    this.folder = folder
    this.problems = problems
  }
}

function formatFile(problems: readonly DatasetProblem[]): readonly string[] {
  const lines = problems.slice(0, shownPerFile).map(({ file, line, column, text }) => {
    const place = [file, ...(line === undefined ? [] : [line]), ...(column === undefined ? [] : [column])].join(':')
    return `${place}  ${text}`
  })
  const left = problems.length - lines.length
  return left > 0 ? [...lines, `${problems[0]?.file}  and ${left} more`] : lines
}
