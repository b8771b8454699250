import { chmod, lstat, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type GovernorConfig, governorSchema } from '../../src/config/policy-schema.ts'
import { clearInGovernor, readGovernor } from '../../src/policy/governor.ts'
import { PolicyUnreadable } from '../../src/policy/policy-file.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bench-memo-governor-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const governor = (settings: Partial<GovernorConfig> & { file: string }): GovernorConfig =>
  governorSchema.parse(settings)
const write = (file: string, text: string) => writeFile(join(root, file), text)
const now = new Date('2026-01-02T03:04:05.000Z')

const json = `{
    "note": "written by the scheduler",
    "lanes": {
        "local_quality": { "state": "blocked", "why": "blocked_local_quality", "since": "2026-01-01T00:00:00Z", "job": "support-summary" },
        "local_fast": { "state": "ok", "since": 1767225600, "job": "titles" }
    }
}
`
const yaml = `# written by the scheduler
lanes:
  # the large model
  - { name: quality, blocked: true, since: 2026-01-01T00:00:00Z }
  - { name: fast, blocked: false, since: 2026-01-01T00:00:00Z }
`

describe("a governor's file", () => {
  test('of a map of lanes gives the blocks among them, with reason, time and workload', async () => {
    await write('governor.json', json)
    const settings = governor({
      file: 'governor.json',
      pointer: '/lanes',
      each: true,
      blocked_at: '/state',
      blocked_values: ['blocked', 'unavailable'],
      reason_at: '/why',
      created_at: '/since',
      workload_at: '/job',
    })
    expect(await readGovernor(settings, root)).toEqual([
      {
        file: 'governor.json',
        pointer: '/lanes/local_quality',
        value_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        workload: 'support-summary',
        reason: 'blocked_local_quality',
        created: '2026-01-01T00:00:00.000Z',
      },
    ])
  })

  test('in YAML, a list, is read the same way', async () => {
    await write('governor.yaml', yaml)
    const settings = governor({ file: 'governor.yaml', pointer: '/lanes', each: true, blocked_at: '/blocked' })
    expect(await readGovernor(settings, root)).toMatchObject([{ pointer: '/lanes/0', reason: 'blocked' }])
  })

  test('whose block has no time of its own is as old as the file', async () => {
    await write('flag.json', '{"local_quality": false, "blocked_local_quality": true}')
    await utimes(join(root, 'flag.json'), now, now)
    const settings = governor({ file: 'flag.json', pointer: '/blocked_local_quality' })
    expect(await readGovernor(settings, root)).toMatchObject([{ created: now.toISOString() }])
    expect(await readGovernor(governor({ file: 'flag.json', pointer: '/local_quality' }), root)).toEqual([])
    expect(await readGovernor(governor({ file: 'flag.json', pointer: '/nothing' }), root)).toEqual([])
  })

  test.for([
    ['merged from an anchor', 'base: &base { blocked: true }\nlanes: { quality: { <<: *base } }\n'],
    ['yes, as older YAML has it', 'lanes: { quality: { blocked: yes } }\n'],
    ['On', 'lanes: { quality: { blocked: On } }\n'],
    ['a text', 'lanes: { quality: { blocked: "true" } }\n'],
  ] as const)('whose true is %s blocks', async ([, text]) => {
    await write('governor.yaml', text)
    const settings = { file: 'governor.yaml', pointer: '/lanes/quality', blocked_at: '/blocked' }
    const blocks = await readGovernor(governor({ ...settings, blocked_values: [true] }), root)
    expect(blocks).toMatchObject([{ pointer: '/lanes/quality' }])
    expect(await readGovernor(governor({ ...settings, blocked_values: [false] }), root)).toEqual([])
  })

  test('is not taken out where it stands in what other places share', async () => {
    const text = 'base: &base { blocked: true }\nquality: { <<: *base }\nfast: { <<: *base }\n'
    await write('governor.yaml', text)
    const settings = governor({
      file: 'governor.yaml',
      pointer: '/quality',
      on_clear: { write: { '/blocked': false } },
    })
    const [block] = await readGovernor(settings, root)
    if (!block) throw new Error('no block')
    await clearInGovernor(settings, block, root, now)
    expect(
      await readGovernor(governor({ file: 'governor.yaml', pointer: '/fast', blocked_at: '/blocked' }), root),
    ).toHaveLength(1)
  })

  test('in JSON that begins with a mark of its byte order is read', async () => {
    await write('governor.json', `\ufeff${json}`)
    const settings = governor({ file: 'governor.json', pointer: '/lanes/local_quality', on_clear: 'remove' })
    const [block] = await readGovernor(settings, root)
    expect(block).toMatchObject({ pointer: '/lanes/local_quality' })
    expect(await clearInGovernor(settings, block ?? {}, root, now)).toMatchObject({ cleared: true })
    expect(await readGovernor(settings, root)).toEqual([])
    expect(await readFile(join(root, 'governor.json'), 'utf8')).toContain(
      '"local_fast": { "state": "ok", "since": 1767225600',
    )
  })

  test('that is not there blocks nothing', async () => {
    expect(await readGovernor(governor({ file: 'none.json' }), root)).toEqual([])
  })

  test.for([
    ['no JSON', 'governor.json', '{"lanes": ', 'no JSON'],
    ['no YAML', 'governor.yaml', 'lanes: [', 'no YAML'],
    ['a key that stands twice', 'governor.json', '{"lanes": [{"blocked": 1, "blocked": 0}]}', 'unique'],
    ['a text where blocks are expected', 'governor.json', '{"lanes": "none"}', 'a list or a map of blocks is expected'],
    ['a time that is none', 'governor.json', '{"lanes": [{"blocked": 1, "since": "yesterday"}]}', 'is no time'],
  ] as const)('with %s is an error: what it blocks is not known', async ([, file, text, message]) => {
    await write(file, text)
    const settings = governor({ file, pointer: '/lanes', each: true, blocked_at: '/blocked', created_at: '/since' })
    const reading = readGovernor(settings, root)
    await expect(reading).rejects.toThrow(PolicyUnreadable)
    await expect(reading).rejects.toThrow(message)
  })
})

describe('clearing a block in its file', () => {
  const lanes = { pointer: '/lanes', each: true } as const
  const inJson = { file: 'governor.json', ...lanes, blocked_at: '/state', blocked_values: ['blocked'] }
  const inYaml = { file: 'governor.yaml', ...lanes, blocked_at: '/blocked' }

  test('is not done where the config does not say so: the file stays as it is, to the byte', async () => {
    await write('governor.json', json)
    const settings = governor(inJson)
    const [block] = await readGovernor(settings, root)
    expect(await clearInGovernor(settings, block as object, root, now)).toMatchObject({ cleared: false })
    expect(await readFile(join(root, 'governor.json'), 'utf8')).toBe(json)
    expect(await readdir(root)).toEqual(['governor.json'])
  })

  test('removes it, keeps everything else in its shape, its rights, and a copy of the file as it was', async () => {
    await write('governor.json', json)
    const before = await stat(join(root, 'governor.json'))
    const settings = governor({ ...inJson, on_clear: 'remove' })
    const [block] = await readGovernor(settings, root)
    const clearing = await clearInGovernor(settings, block as object, root, now)
    expect(clearing).toEqual({ cleared: true, copy: 'governor.json.2026-01-02T03-04-05-000Z.bak' })
    const { note, lanes: left } = JSON.parse(await readFile(join(root, 'governor.json'), 'utf8'))
    expect({ note, left: Object.keys(left) }).toEqual({ note: 'written by the scheduler', left: ['local_fast'] })
    expect(await readFile(join(root, 'governor.json.2026-01-02T03-04-05-000Z.bak'), 'utf8')).toBe(json)
    expect((await stat(join(root, 'governor.json'))).mode).toBe(before.mode)
    expect(await readGovernor(settings, root)).toEqual([])
  })

  test('writes what the config says instead, and comments of YAML stay', async () => {
    await write('governor.yaml', yaml)
    const settings = governor({ ...inYaml, on_clear: { write: { '/blocked': false, '/cleared_by': 'bench-memo' } } })
    const [block] = await readGovernor(settings, root)
    expect(await clearInGovernor(settings, block as object, root, now)).toMatchObject({ cleared: true })
    const text = await readFile(join(root, 'governor.yaml'), 'utf8')
    expect(text).toContain('# the large model')
    expect(text).toContain('name: quality, blocked: false')
    expect(text).toContain('cleared_by: bench-memo')
    expect(await readGovernor(settings, root)).toEqual([])
  })

  test('is not done where the block was written anew meanwhile: that is another block', async () => {
    await write('governor.json', json)
    const settings = governor({ ...inJson, on_clear: 'remove' })
    const [block] = await readGovernor(settings, root)
    const again = json.replace('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z')
    await write('governor.json', again)
    expect(await clearInGovernor(settings, block as object, root, now)).toEqual({
      cleared: false,
      why: 'it was changed meanwhile',
    })
    expect(await readFile(join(root, 'governor.json'), 'utf8')).toBe(again)
  })

  const flags = { file: 'flags.json', each: true, blocked_at: '/blocked' } as const
  const clearFirst = async (settings: GovernorConfig, at = 0) => {
    const block = (await readGovernor(settings, root))[at]
    return await clearInGovernor(settings, block as object, root, now)
  }

  test('changes no other byte of JSON: numbers of many digits, escapes, the order of keys', async () => {
    const text =
      '{\n\t"10": {"blocked": true, "job": 12345678901234567890},\n\t"2": {"blocked": true, "u": "\\/\\u00e9", "x": 1.0},\n\t"1": 3\n}\n'
    await write('flags.json', text)
    const kept = { ...flags, on_clear: { write: { '/blocked': false, '/by': 'us' } } }
    expect(await clearFirst(governor(kept), 1)).toMatchObject({ cleared: true })
    expect(await readFile(join(root, 'flags.json'), 'utf8')).toBe(
      text.replace('"job": 12345678901234567890', '"job": 12345678901234567890, "by": "us"').replace('true', 'false'),
    )
    await write('flags.json', text)
    expect(await clearFirst(governor({ ...flags, on_clear: 'remove' }), 0)).toMatchObject({ cleared: true })
    expect(await readFile(join(root, 'flags.json'), 'utf8')).toBe(
      text.replace('"2": {"blocked": true, "u": "\\/\\u00e9", "x": 1.0},\n\t', ''),
    )
  })

  test.for([
    ['an anchor that another block shares', 'on: &x { blocked: true }\noff: *x\n', { write: { '/blocked': false } }],
    ['an anchor that another place needs', 'on: &x { blocked: true }\noff: *x\n', 'remove'],
  ] as const)('leaves a file alone where %s', async ([, text, on_clear]) => {
    await write('flags.yaml', text)
    expect(await clearFirst(governor({ ...flags, file: 'flags.yaml', on_clear }))).toEqual({
      cleared: false,
      why: 'its file cannot be edited without a change to more than this block: edit it by hand',
    })
    expect(await readFile(join(root, 'flags.yaml'), 'utf8')).toBe(text)
    expect(await readdir(root)).not.toContain(expect.stringContaining('.bak'))
  })

  test('of several in one moment keeps every copy, the first one of the file as it was', async () => {
    const text = '[{"blocked": 1}, {"blocked": 2}]'
    await write('flags.json', text)
    const settings = governor({ ...flags, on_clear: 'remove' })
    expect(await clearFirst(settings, 1)).toMatchObject({ cleared: true })
    expect(await clearFirst(settings, 0)).toMatchObject({ cleared: true })
    const copies = (await readdir(root)).filter((name) => name.endsWith('.bak'))
    expect(copies).toHaveLength(2)
    expect(await readFile(join(root, 'flags.json.2026-01-02T03-04-05-000Z.bak'), 'utf8')).toBe(text)
  })

  test('goes through a symbolic link, keeps rights that the umask would take, and lets other blocks stay as old', async () => {
    await write('real.json', '{"a": {"blocked": 1}, "b": {"blocked": 2}}')
    await chmod(join(root, 'real.json'), 0o666)
    const old = new Date('2026-01-01T00:00:00Z')
    await utimes(join(root, 'real.json'), old, old)
    await symlink('real.json', join(root, 'flags.json'))
    const settings = governor({ ...flags, on_clear: 'remove' })
    expect(await clearFirst(settings)).toMatchObject({ cleared: true })
    expect((await lstat(join(root, 'flags.json'))).isSymbolicLink()).toBe(true)
    expect((await stat(join(root, 'real.json'))).mode & 0o777).toBe(0o666)
    expect(await readGovernor(settings, root)).toMatchObject([{ pointer: '/b', created: old.toISOString() }])
  })

  test('says why it could not, where the file went away meanwhile', async () => {
    await write('flags.json', '{"a": {"blocked": 1}}')
    const settings = governor({ ...flags, on_clear: 'remove' })
    const [block] = await readGovernor(settings, root)
    await rm(join(root, 'flags.json'))
    expect(await clearInGovernor(settings, block as object, root, now)).toMatchObject({
      cleared: false,
      why: expect.stringContaining('ENOENT'),
    })
  })
})
