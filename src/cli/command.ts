/** One command of `bench-memo`, in a file of its own that is loaded only when it is asked for. */
export interface Command {
  /** What `--help` shows: usage, options, exit codes. */
  readonly help: string
  /** @param folder where it was called @throws WrongUsage, NoResult; any other error is said and ends with exit code 1 */
  run(args: readonly string[], folder: string): Promise<CommandOutput>
}

export interface CommandOutput {
  /** For stdout. */
  readonly text: string
  /** 0 where absent. */
  readonly exit_code?: number
}

/** The command was not called as its help says: exit code 2. */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage'
}

/** Nothing is wrong with the words, and still there is no result: exit code 2 for commands whose 1 is a result. */
export class NoResult extends Error {
  override readonly name = 'NoResult'
}
