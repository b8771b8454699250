import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findMemoryCgroup, parseMounts, parseOwnGroups, readCgroup } from '../../src/machine/memory-cgroup.ts'

let filesystem: string

beforeAll(async () => {
  filesystem = await mkdtemp(path.join(tmpdir(), 'bench-memo-cgroup-'))
})
afterAll(() => rm(filesystem, { recursive: true }))

async function lay(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(filesystem, name)), { recursive: true })
    await writeFile(path.join(filesystem, name), text)
  }
}

const unified = '30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n'
const hybrid = [
  '32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu',
  '35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory',
  '41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw',
].join('\n')

describe('the memory control group of a process', () => {
  test('of version 2 is the tightest of its own and those above, with what its files mean', async () => {
    await lay({
      'proc/self/mountinfo': unified,
      'proc/700/cgroup': '0::/user.slice/session-2.scope\n',
      'sys/fs/cgroup/user.slice/memory.max': '2000000000\n',
      'sys/fs/cgroup/user.slice/memory.current': '1900000000\n',
      'sys/fs/cgroup/user.slice/memory.stat':
        'anon 1200000000\nfile 700000000\ninactive_file 600000000\nactive_file 1\n',
      'sys/fs/cgroup/user.slice/memory.events': 'low 0\nhigh 0\nmax 7\noom 1\noom_kill 1\noom_group_kill 0\n',
      'sys/fs/cgroup/user.slice/session-2.scope/memory.max': 'max\n',
      'sys/fs/cgroup/user.slice/session-2.scope/memory.current': '1000000\n',
    })
    const group = findMemoryCgroup(700, 16e9, { filesystem })
    expect(group).toEqual({ version: 2, folder: `${filesystem}/sys/fs/cgroup/user.slice`, limit: 2e9 })
    expect(readCgroup(group as NonNullable<typeof group>)).toEqual({ used: 1.3e9, oom_kills: 1, limit_hits: 7 })
  })

  test('has no limit where none is below the memory of the machine', async () => {
    expect(findMemoryCgroup(700, 1e9, { filesystem })).toEqual({
      version: 2,
      folder: `${filesystem}/sys/fs/cgroup/user.slice/session-2.scope`,
    })
  })

  test('of version 1 is found beside version 2, and its unlimited limit is none', async () => {
    await lay({
      'proc/self/mountinfo': hybrid,
      'proc/701/cgroup': '8:pids:/\n4:memory:/box/inner\n0::/\n',
      'sys/fs/cgroup/memory/box/memory.limit_in_bytes': '400000000\n',
      'sys/fs/cgroup/memory/box/memory.usage_in_bytes': '300000000\n',
      'sys/fs/cgroup/memory/box/memory.stat': 'inactive_file 1\ntotal_inactive_file 50000000\n',
      'sys/fs/cgroup/memory/box/memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 2\n',
      'sys/fs/cgroup/memory/box/memory.failcnt': '31\n',
      'sys/fs/cgroup/memory/box/inner/memory.limit_in_bytes': '9223372036854771712\n',
      'sys/fs/cgroup/memory/box/inner/memory.usage_in_bytes': '1000\n',
    })
    const group = findMemoryCgroup(701, 16e9, { filesystem })
    expect(group).toMatchObject({ version: 1, limit: 4e8, folder: expect.stringMatching(/memory\/box$/) })
    expect(readCgroup(group as NonNullable<typeof group>)).toEqual({ used: 250e6, oom_kills: 2, limit_hits: 31 })
  })

  test("in a container is the mount's own top, whatever the path outside of it", async () => {
    await lay({
      'proc/self/mountinfo': '35 31 0:32 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n',
      'proc/702/cgroup': '4:memory:/docker/abc\n',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': '512000000\n',
      'sys/fs/cgroup/memory/memory.usage_in_bytes': '12000000\n',
    })
    expect(findMemoryCgroup(702, 16e9, { filesystem })).toMatchObject({ version: 1, limit: 512e6 })
  })

  test('is unknown where the process cannot be seen', () => {
    expect(findMemoryCgroup(999, 16e9, { filesystem })).toBeUndefined()
  })

  test('is read from texts of both versions', () => {
    expect(parseMounts(hybrid).map(({ version, mount }) => [version, mount])).toEqual([
      [1, '/sys/fs/cgroup/memory'],
      [2, '/sys/fs/cgroup/unified'],
    ])
    expect(parseOwnGroups('4:memory:/a b:c\n0::/x')).toEqual({ 1: '/a b:c', 2: '/x' })
  })
})
