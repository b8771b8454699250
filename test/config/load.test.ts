import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { minimalConfig } from '../../src/config/minimal-config.ts'
import { validConfig } from './config-text.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-memo-config-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function written(name: string, content: string | Uint8Array): Promise<string> {
  await writeFile(join(folder, name), content)
  return join(folder, name)
}

async function refusalOf(path: string): Promise<string> {
  const error = await loadConfig(path).then(
    () => new Error('the config was accepted'),
    (error: Error) => error,
  )
  return `${error.name}: ${error.message}`.replaceAll(folder, '<folder>')
}

describe('loadConfig', () => {
  test('gives the config with its absolute path and the hash of its bytes', async () => {
    const path = await written('good.yaml', validConfig)
    const loaded = await loadConfig(path)
    expect(loaded.path).toBe(path)
    expect(loaded.sha256).toBe(createHash('sha256').update(validConfig).digest('hex'))
    expect(Object.keys(loaded.config.workloads)).toEqual(['redaction', 'support-summary'])
  })

  test('tolerates a byte order mark and Windows line ends', async () => {
    const path = await written('windows.yaml', `\ufeff${validConfig.replaceAll('\n', '\r\n')}`)
    expect((await loadConfig(path)).config.version).toBe(1)
  })

  test('the minimal config that it shows is one that it accepts', async () => {
    expect((await loadConfig(await written('minimal.yaml', minimalConfig))).config.lanes).toHaveProperty('local-fast')
  })

  test('says where it looked for a missing file, and shows a config to copy', async () => {
    expect(await refusalOf(join(folder, 'bench.config.yaml'))).toMatchInlineSnapshot(`
      "ConfigError: <folder>/bench.config.yaml  not found; looked at <folder>/bench.config.yaml. Create it, for instance with:

      # yaml-language-server: $schema=./node_modules/bench-memo/schemas/bench.config.schema.json
      version: 1
      runtimes:
        embedded:
          kind: embedded
      lanes:
        local-fast:
          runtime: embedded
          model: smollm2-135m-instruct
      workloads:
        support-summary:
          title: Summaries of support requests
          dataset: datasets/support-summary
          lanes: [local-fast]
      "
    `)
  })

  test('refuses a folder', async () => {
    await mkdir(join(folder, 'inner'))
    expect(await refusalOf(join(folder, 'inner'))).toMatchInlineSnapshot(
      `"ConfigError: <folder>/inner  not a file; name the bench.config.yaml itself"`,
    )
  })

  test('refuses a file of more than a million bytes before reading it', async () => {
    expect(
      await refusalOf(await written('large.yaml', `${validConfig}# ${'x'.repeat(1_000_000)}`)),
    ).toMatchInlineSnapshot(
      `"ConfigError: <folder>/large.yaml  1000874 bytes, and a config has at most 1000000; move data into datasets"`,
    )
  })

  test('refuses bytes that are not UTF-8', async () => {
    expect(await refusalOf(await written('latin.yaml', Buffer.from('title: caf\xe9', 'latin1')))).toMatchInlineSnapshot(
      `"ConfigError: <folder>/latin.yaml  not UTF-8 text; save the file as UTF-8"`,
    )
  })
})
