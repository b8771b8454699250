/** One thing that is wrong in a config file. */
export interface ConfigProblem {
  /** 1-based; absent where the whole file is meant. */
  readonly line?: number
  /** 1-based, UTF-16 units. */
  readonly column?: number
  /** Where in the config, such as `workloads.support-summary.lanes[0]`; empty for the whole file. */
  readonly path: string
  readonly code: ConfigProblemCode
  /** What is wrong and what to do: one line, an example to copy apart. Never holds a value that could be a secret. */
  readonly text: string
}

export type ConfigProblemCode =
  | 'not-found'
  | 'unreadable'
  | 'too-large'
  | 'not-utf-8'
  | 'yaml'
  | 'unknown-key'
  | 'missing-key'
  | 'invalid-key'
  | 'invalid-value'
  | 'unknown-name'
  | 'conflict'
  | 'secret'

/** A config that cannot be used, with everything that is wrong with it: one line a problem. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  /** The file as it was named to the loader. */
  readonly file: string
  /** In the order of the file; at least one. */
  readonly problems: readonly ConfigProblem[]

  constructor(file: string, problems: readonly ConfigProblem[], options?: ErrorOptions) {
    const sorted = problems.toSorted(
      (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0) || (a.path < b.path ? -1 : 1),
    )
    super(sorted.map((problem) => formatProblem(file, problem)).join('\n'), options)
    this.file = file
    this.problems = sorted
  }
}

function formatProblem(file: string, { line, column, path, text }: ConfigProblem): string {
  const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`
  return path === '' ? `${place}  ${text}` : `${place}  ${path}: ${text}`
}
