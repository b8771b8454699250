import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scanLogs } from '../../src/logs/scan-logs.ts'
import { shippedRules } from '../../src/logs/shipped-rules.ts'

test('a secret in a log is found with its place and how it begins, never with its content', async () => {
  const folder = join(import.meta.dirname, 'fixtures', 'secret')
  const facts = await scanLogs({ paths: ['*.log'], units: [], folder, rules: await shippedRules() })
  const found = facts.findings.map(({ rule, detector, count, first, fields }) => ({
    rule,
    detector,
    count,
    first,
    fields,
  }))
  expect(found).toEqual([
    {
      rule: 'key-in-log',
      detector: 'secret',
      count: 2,
      first: { file: 'worker.log', line: 2 },
      fields: { begins: [{ value: 'sk-proj-', count: 2 }] },
    },
    {
      rule: 'ollama-proxy-password',
      detector: 'secret',
      count: 1,
      first: { file: 'ollama.log', line: 6 },
      fields: { variable: [{ value: 'HTTPS_PROXY', count: 1 }] },
    },
  ])
  expect(JSON.stringify(facts)).not.toMatch(/madeup|made-up/)
})
