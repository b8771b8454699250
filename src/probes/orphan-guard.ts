import { spawn } from 'node:child_process'

/** Ends the process group of argv[1] when its stdin closes, which the system does when the parent ends in any way. */
const script = `process.stdin.resume().once('close', () => {
  try { process.kill(-Number(process.argv[1]), 'SIGKILL') } catch {}
})`

/**
 * Ends a process group with this process, even where that is killed and can clean up nothing itself. Not on Windows,
 * which has no such groups. Returns how to let the group be.
 */
export function guardGroup(leader: number): () => void {
  if (process.platform === 'win32') return () => undefined
  const guard = spawn(process.execPath, ['-e', script, String(leader)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true, // Ctrl-C in a terminal is not for it
    env: {},
  })
  guard.on('error', () => undefined)
  guard.stdin.on('error', () => undefined)
  guard.unref()
  return () => void guard.kill('SIGKILL')
}
