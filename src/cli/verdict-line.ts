import { exitCodes, type GoVerdict } from '../policy/checks.ts'
import { type CommandOutput, WrongUsage } from './command.ts'

/**
 * A verdict as one line of JSON with its exit code. What kept it from being found (a config that cannot be read, a
 * dataset with a mistake) leaves it unknown, and is said in the same line: whoever reads it needs no second channel.
 */
export async function verdictLine(
  workload: string,
  find: () => Promise<{ readonly verdict: GoVerdict }>,
): Promise<CommandOutput> {
  try {
    const result = await find()
    return { text: JSON.stringify(result), exit_code: exitCodes[result.verdict] }
  } catch (error) {
    if (error instanceof WrongUsage) throw error
    return {
      text: JSON.stringify({ verdict: 'unknown', workload, error: (error as Error).message }),
      exit_code: exitCodes.unknown,
    }
  }
}
