import { homedir } from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { cacheFolder } from '../../src/cache/cache-folder.ts'

const home = homedir()

it.each([
  ['linux', {}, path.join(home, '.cache', 'bench-memo')],
  ['linux', { XDG_CACHE_HOME: '/var/cache/me' }, '/var/cache/me/bench-memo'],
  ['linux', { XDG_CACHE_HOME: 'relative' }, path.join(home, '.cache', 'bench-memo')],
  ['darwin', { XDG_CACHE_HOME: '/var/cache/me' }, path.join(home, 'Library', 'Caches', 'bench-memo')],
  ['win32', { LOCALAPPDATA: '/local' }, path.join('/local', 'bench-memo', 'cache')],
  ['linux', { BENCH_MEMO_CACHE: '/mine', XDG_CACHE_HOME: '/other' }, '/mine'],
] as const)('is on %s with %o in %s', (platform, environment, folder) => {
  expect(cacheFolder(environment, platform)).toBe(folder)
})
