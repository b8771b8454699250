import { spawn } from 'node:child_process'
import { once } from 'node:events'

const program = `
  const bytes = Number(process.argv[1])
  const held = Buffer.alloc(bytes, 1)
  process.stdout.write('held')
  process.stdin.resume().once('close', () => process.exit(held[bytes - 1] === 1 ? 0 : 1))
`

/** A process that holds so many bytes until it is told to let go, or this one ends. */
export async function startHog(bytes: number): Promise<{ readonly pid: number; letGo(): Promise<void> }> {
  const child = spawn(process.execPath, ['--eval', program, String(bytes)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  await once(child.stdout, 'data')
  return {
    pid: child.pid as number,
    async letGo() {
      child.stdin.end()
      await ended
    },
  }
}
