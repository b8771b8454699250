import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { arch, cpus } from 'node:os'

/**
 * 12 hexadecimal digits that differ between processors. What is compiled for this one's instructions may crash on
 * another, and a cache folder may be carried from machine to machine.
 */
export function processorKey(): string {
  return createHash('sha256')
    .update([arch(), cpus()[0]?.model ?? '', instructions()].join('\n'))
    .digest('hex')
    .slice(0, 12)
}

/** The `flags` line of the first core (`Features` on ARM); '' where the system has no such file. */
function instructions(): string {
  try {
    return /^(?:flags|Features)\s*:.*$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[0] ?? ''
  } catch {
    return ''
  }
}
