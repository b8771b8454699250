import { homedir } from 'node:os'
import path from 'node:path'

/**
 * Folder of this user's bench-memo caches (weights, hashes); it may not exist yet.
 * BENCH_MEMO_CACHE overrides it; else each operating system's own place for caches.
 */
export function cacheFolder(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const override = environment.BENCH_MEMO_CACHE
  if (override) return path.resolve(override)
  if (platform === 'win32') {
    return path.join(environment.LOCALAPPDATA || path.join(homedir(), 'AppData', 'Local'), 'bench-memo', 'cache')
  }
  if (platform === 'darwin') return path.join(homedir(), 'Library', 'Caches', 'bench-memo')
  const base = environment.XDG_CACHE_HOME
  // The XDG specification: a relative path is invalid and must be ignored.
  return path.join(base && path.isAbsolute(base) ? base : path.join(homedir(), '.cache'), 'bench-memo')
}
