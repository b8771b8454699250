import { readFile } from 'node:fs/promises'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { minimalConfig } from '../../src/config/minimal-config.ts'
import { benchConfigSchema } from '../../src/config/schema.ts'
import { staleSchemas } from '../../tools/generate-schemas.ts'
import { configWith, validConfig } from './config-text.ts'

const folder = new URL('../../schemas/', import.meta.url)

describe('the published JSON Schemas', () => {
  test('are what the zod schemas say now (else run: node tools/generate-schemas.ts)', async () => {
    expect(await staleSchemas(folder)).toEqual([])
  })

  test.each(['bench.config.schema.json', 'evidence.schema.json', 'memo.schema.json'])(
    '%s is a valid schema of draft 2020-12',
    async (file) => {
      const schema = JSON.parse(await readFile(new URL(file, folder), 'utf8'))
      expect(schema).toMatchObject({
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        $id: `urn:bench-memo:schema:${file}`,
      })
      expect(await compiled(file)).toBeTypeOf('function')
    },
  )

  test('every key of the config has a description for editors', async () => {
    const schema = JSON.parse(await readFile(new URL('bench.config.schema.json', folder), 'utf8'))
    const bare: string[] = []
    const look = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return
      for (const [key, inner] of Object.entries(node)) {
        if (key !== 'properties') look(inner, `${path}/${key}`)
        else
          for (const [name, property] of Object.entries(inner as Record<string, { description?: string }>)) {
            if (property.description === undefined) bare.push(`${path}/${name}`)
            look(property, `${path}/${name}`)
          }
      }
    }
    look(schema, '')
    expect(bare).toEqual([])
  })
})

describe('zod and the JSON Schema agree', () => {
  test.each([
    ['the minimal config', minimalConfig],
    ['a whole config', validConfig],
    [
      'no default left out',
      configWith('privacy: internal', 'privacy: internal\n    stakes: high\n    volume: {per_month: 300}'),
    ],
  ])('both accept %s', async (_, text) => {
    expect(await verdicts(text)).toEqual({ zod: true, ajv: true })
  })

  test.each([
    ['another version', configWith('version: 1', 'version: 2')],
    ['an unknown key at the top', `${validConfig}extra: 1\n`],
    ['an unknown key of a gate', configWith('validity:', 'validty:')],
    ['a key of the other kind of runtime', configWith('kind: embedded', 'kind: embedded\n    endpoint: http://x.org')],
    ['an unknown kind of runtime', configWith('kind: embedded', 'kind: tgi')],
    ['a name in capitals', configWith('  redaction:', '  Redaction:')],
    ['a missing key', configWith('    model: large\n', '')],
    ['text for a number', configWith('consecutive: 25', 'consecutive: "25"')],
    ['a broken number', configWith('consecutive: 25', 'consecutive: 2.5')],
    ['a number out of range', configWith('consecutive: 25', 'consecutive: 0')],
    ['an empty list of lanes', configWith('lanes: [local-fast]', 'lanes: []')],
    ['nothing where a map belongs', configWith('      validity:\n        consecutive: 25', '      validity:')],
    ['a URL of another scheme', configWith('http://127.0.0.1:8080/v1', 'ftp://127.0.0.1/')],
    ['no URL', configWith('http://127.0.0.1:8080/v1', 'localhost')],
    ['a variable in lower case', configWith('PROVIDER_API_KEY', 'provider_api_key')],
    ['a duration without a unit', configWith('model: large', 'model: large\n    keep_alive: "10"')],
    ['a pin that is no hash', configWith('model: large', 'model: large\n    weights: sha256:abc')],
  ])('both refuse %s', async (_, text) => {
    expect(await verdicts(text)).toEqual({ zod: false, ajv: false })
  })
})

async function compiled(file: string) {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true })
  addFormats.default(ajv)
  return ajv.compile(JSON.parse(await readFile(new URL(file, folder), 'utf8')))
}

async function verdicts(text: string) {
  const value: unknown = parse(text)
  return { zod: benchConfigSchema.safeParse(value).success, ajv: (await compiled('bench.config.schema.json'))(value) }
}
