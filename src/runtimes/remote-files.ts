import { hostOf, isLoopback } from '../config/endpoint.ts'

/**
 * Files as a server names them, safe to compare and to look for: those of another machine are written `host:path`, so
 * that a file of the same path on this machine is never hashed in their place. Pure.
 */
export function filesAsSeenFrom(endpoint: string, files: readonly string[]): string[] {
  return isLoopback(endpoint) ? [...files] : files.map((file) => `${hostOf(endpoint)}:${file}`)
}
