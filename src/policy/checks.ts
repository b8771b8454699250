/** What a preflight looks at, in its order. */
export type CheckName = 'memory' | 'block' | 'identity' | 'validity'

export interface Check {
  readonly name: CheckName
  readonly status: 'pass' | 'fail' | 'unknown' | 'not-applicable'
  readonly detail: string
  /** Under which a pass holds. */
  readonly condition?: string
}

export type GoVerdict = 'go' | 'no-go' | 'unknown'

/**
 * One failure is a no-go; what is unknown, or was needed and never looked at, is no go either. Pure.
 */
export function verdictOf(checks: readonly Check[], needed: readonly CheckName[]): GoVerdict {
  if (checks.some(({ status }) => status === 'fail')) return 'no-go'
  const passed = new Set(checks.filter(({ status }) => status === 'pass').map(({ name }) => name))
  const isOpen = checks.some(({ status }) => status === 'unknown') || needed.some((name) => !passed.has(name))
  return isOpen ? 'unknown' : 'go'
}

/** Exit codes of the commands for production work: 0 go, 1 no-go, 2 unknown. */
export const exitCodes: Readonly<Record<GoVerdict, number>> = { go: 0, 'no-go': 1, unknown: 2 }
