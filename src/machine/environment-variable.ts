/** `unreadable`: another system or user, or the process has ended. */
export type EnvironmentVariable =
  | { readonly state: 'set'; readonly value: string }
  | { readonly state: 'not-set' | 'unreadable' }

/** One variable in the text of /proc/pid/environ (proc_pid_environ(5)): the first, as getenv takes it. Pure. */
export function variableIn(environment: string | undefined, name: string): EnvironmentVariable {
  if (environment === undefined) return { state: 'unreadable' }
  const entry = environment.split('\0').find((each) => each.startsWith(`${name}=`))
  return entry === undefined ? { state: 'not-set' } : { state: 'set', value: entry.slice(name.length + 1) }
}
