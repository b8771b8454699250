import { describe, expect, test } from 'vitest'
import { assess } from '../../../src/assessment/assess.ts'
import { type Evidence, evidenceSchema } from '../../../src/evidence/schema.ts'
import { benchConfig } from '../../support/evidence.ts'

const config = benchConfig()

const hardware = { operating_system: 'linux', cpu: 'any', cores: 2, memory_bytes: 1e9 }
const inventory = (facts: object): Evidence =>
  evidenceSchema.parse({
    kind: 'inventory',
    id: 'inventory-1',
    run_id: 'run',
    at: '2026-01-02T00:00:00.000Z',
    total_ms: 100,
    runtimes: [],
    units: [],
    hardware,
    ...facts,
  })
const runtime = (address: string, more: object = {}) => ({
  kind: 'ollama',
  names: ['daemon'],
  endpoint: 'http://127.0.0.1:11434',
  location: 'local',
  state: 'ready',
  listening: [{ address, pid: 7 }],
  models: [],
  ...more,
})
const log = (detector: string): Evidence =>
  evidenceSchema.parse({
    kind: 'log',
    id: 'log-1',
    run_id: 'run',
    at: '2026-01-02T00:00:00.000Z',
    sources: [{ name: 'server.log', bytes: 10, lines: 1 }],
    findings: [
      {
        rule: detector,
        detector,
        title: 'a key stands in the log',
        remedy: 'revoke it',
        evidence: 'synthetic',
        count: 1,
        fields: {},
        first: { file: 'server.log', line: 1 },
        last: { file: 'server.log', line: 1 },
      },
    ],
    blocks: [],
    queue: [],
    bounds: [],
  })
const registerOf = (...records: Evidence[]) => assess(records, config).risks
const risksOf = (name: string, ...records: Evidence[]) =>
  registerOf(...records).risks.filter(({ risk }) => risk === name)
const isUnexamined = (name: string, ...records: Evidence[]): boolean =>
  registerOf(...records).not_examined.some(({ risk }) => risk === name)

describe('the risk of an exposed endpoint', () => {
  test.for(['0.0.0.0', '::', '192.168.1.5'])(
    'is seen where Ollama listens on %s, with the change by name',
    (address) => {
      expect(risksOf('exposed-endpoint', inventory({ runtimes: [runtime(address)] }))).toMatchObject([
        {
          severity: 'high',
          subject: 'runtime daemon',
          finding: expect.stringContaining(`it listens on ${address} (port 11434)`),
          remediation: 'start Ollama with OLLAMA_HOST=127.0.0.1:11434',
          evidence_ids: ['inventory-1'],
        },
      ])
    },
  )

  test('names the unit that starts it', () => {
    const daemons = [
      { program: 'ollama', pid: 7, unit: 'ollama.service', listening: [{ address: '::', port: 11_434 }] },
    ]
    const found = risksOf('exposed-endpoint', inventory({ runtimes: [runtime('::')], daemons }))
    expect(found.map(({ remediation }) => remediation)).toEqual([
      '`systemctl edit ollama.service`: [Service] Environment="OLLAMA_HOST=127.0.0.1:11434", then `systemctl restart ollama.service`',
    ])
  })

  test('is seen of a server that nobody named, too', () => {
    const daemons = [{ program: 'llama-server', pid: 9, listening: [{ address: '0.0.0.0', port: 9000 }] }]
    expect(risksOf('exposed-endpoint', inventory({ daemons }))).toMatchObject([
      { subject: 'llama-server on port 9000', remediation: 'llama-server --host 127.0.0.1 --port 9000' },
    ])
  })

  test('is clear where all listen on loopback, and unknown where that cannot be seen', () => {
    expect(registerOf(inventory({ runtimes: [runtime('127.0.0.1'), runtime('::1')] })).clear).toContain(
      'exposed-endpoint',
    )
    const { listening: _listening, ...hidden } = runtime('::')
    expect(isUnexamined('exposed-endpoint', inventory({ runtimes: [hidden] }))).toBe(true)
    expect(isUnexamined('exposed-endpoint')).toBe(true)
  })
})

describe('the risk of exposed secrets', () => {
  const clients = (paths: object[]) => inventory({ clients: { patterns: ['*.py'], files: 2, paths, left_out: [] } })

  test('is seen in a client’s file, once a file, with its lines', () => {
    const paths = [
      { file: 'a.py', line: 3, secret: true },
      { file: 'a.py', line: 9, secret: true },
      { file: 'b.py', line: 1, tags: ['x'] },
    ]
    expect(risksOf('secrets-exposed', clients(paths))).toMatchObject([
      { severity: 'critical', subject: 'a.py', finding: expect.stringContaining('line 3, 9') },
    ])
  })

  test('is seen in logs', () => {
    expect(risksOf('secrets-exposed', log('secret'))).toMatchObject([
      { subject: 'server.log', remediation: 'revoke it' },
    ])
  })

  test('is clear where clients or logs were read, else not examined', () => {
    expect(registerOf(clients([])).clear).toContain('secrets-exposed')
    expect(registerOf(log('truncation')).clear).toContain('secrets-exposed')
    expect(isUnexamined('secrets-exposed', inventory({}))).toBe(true)
  })

  test('a client whose tag no lane has is a drift of tags, one with a lane’s tag is none', () => {
    const paths = [
      { file: 'a.py', line: 3, tags: ['smollm2-135m-instruct'] },
      { file: 'a.py', line: 4, tags: ['gone:7b'] },
      { file: 'a.py', line: 8, tags: ['gone:7b'] },
    ]
    expect(risksOf('tag-drift', clients(paths))).toMatchObject([
      { subject: 'a.py', severity: 'medium', finding: expect.stringContaining('gone:7b (line 4, 8)') },
    ])
    expect(isUnexamined('tag-drift', clients(paths.slice(0, 1)))).toBe(true)
  })
})
