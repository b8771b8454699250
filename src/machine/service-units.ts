import { execFile } from 'node:child_process'
import { platform } from 'node:os'
import { promisify } from 'node:util'

/** A service of the system's own manager. */
export interface ServiceUnit {
  readonly name: string
  readonly manager: 'system' | 'user' | 'launchd'
  /** As the manager says it. */
  readonly active: string
  /** Whether it starts by itself, in the manager's word. */
  readonly enabled?: string
}

const run = promisify(execFile)

/** Names under which model servers are usually installed as services. */
const usualUnits = ['ollama', 'llama-server', 'llama-cpp', 'vllm', 'litellm', 'lm-studio'].map(
  (name) => `${name}.service`,
)
/** Of Homebrew's service. The app of ollama.com has no job of its own, but a login item. */
const usualJobs = ['homebrew.mxcl.ollama', 'homebrew.mxcl.llama.cpp']

/**
 * The model servers that systemd, or launchd on macOS, knows as services. Empty where there is no manager, where it
 * knows none, and where it does not answer in time.
 * @param units further names, such as those of running processes
 */
export async function serviceUnits(units: readonly string[], deadline_ms: number): Promise<ServiceUnit[]> {
  const within = { timeout: deadline_ms, encoding: 'utf8', maxBuffer: 1 << 20 } as const
  const ask = async (program: string, given: readonly string[]): Promise<string> =>
    await run(program, given, within).then(
      ({ stdout }) => stdout,
      // systemctl's code tells of a unit's state; what it printed counts.
      (error: { stdout?: string }) => error.stdout ?? '',
    )
  if (platform() === 'darwin') {
    const jobs = usualJobs.map(async (label) => parseLaunchdJob(await ask('/bin/launchctl', ['list', label])))
    return (await Promise.all(jobs)).flat()
  }
  if (platform() !== 'linux') return []
  const properties = ['--no-pager', '--property=Id,LoadState,ActiveState,UnitFileState']
  const names = [...new Set([...usualUnits, ...units])]
  const [system, user] = await Promise.all([
    ask('systemctl', ['show', ...properties, ...names]),
    ask('systemctl', ['--user', 'show', ...properties, ...names]),
  ])
  return [...parseUnits(system, 'system'), ...parseUnits(user, 'user')]
}

/** Known units in what `systemctl show` prints: `Key=value` lines, units apart by an empty line (systemctl(1)). Pure. */
export function parseUnits(text: string, manager: 'system' | 'user'): ServiceUnit[] {
  return text.split(/\n\s*\n/).flatMap((block) => {
    const fields = new Map(
      block.split('\n').flatMap((line) => {
        const at = line.indexOf('=')
        return at < 1 ? [] : [[line.slice(0, at).trim(), line.slice(at + 1).trim()] as const]
      }),
    )
    const [name, active, enabled] = [fields.get('Id'), fields.get('ActiveState'), fields.get('UnitFileState')]
    if (!name || !active || fields.get('LoadState') === 'not-found') return []
    return [{ name, manager, active, ...(enabled && { enabled }) }]
  })
}

/**
 * The job in what `launchctl list <label>` prints on macOS: a property list in the old style, whose PID is there while it
 * runs. By a capture in ollama/ollama's issue 3581; never run on macOS by this project. Pure.
 */
export function parseLaunchdJob(text: string): ServiceUnit[] {
  const name = /"Label" = "([^"\n]{1,200})";/.exec(text)?.[1]
  if (name === undefined) return []
  const status = /"LastExitStatus" = (\d{1,6});/.exec(text)?.[1]
  const isRunning = /"PID" = \d{1,9};/.test(text)
  const active = isRunning ? 'active' : status === undefined || status === '0' ? 'inactive' : `failed (${status})`
  return [{ name, manager: 'launchd', active }]
}
