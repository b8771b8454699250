import { readFileSync } from 'node:fs'

/**
 * Text of a small file that the kernel makes up as it is read (/proc, /sys); undefined where there is none, or none for
 * this user. Synchronous: no disk is waited for, and the detour through threads would cost ten times as much.
 */
export function readKernelFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** The number after a name in lines of "name number", as /proc/vmstat and memory.stat have them. Pure. */
export function kernelCount(text: string | undefined, name: string): number | undefined {
  const found = new RegExp(`^${name} (\\d+)$`, 'm').exec(text ?? '')?.[1]
  return found === undefined ? undefined : Number(found)
}
