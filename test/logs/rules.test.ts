import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { parseRules, withOwnRules } from '../../src/logs/compile-rules.ts'
import { fieldValue } from '../../src/logs/field-value.ts'
import { matchLine } from '../../src/logs/matched-line.ts'
import { shippedRules } from '../../src/logs/shipped-rules.ts'

const pack = (rule: string) => `version: 1
rules:
  - id: own
    detector: own-fault
    title: a fault of our own
    remedy: mend it
    literals: [a fault of]
${rule.replace(/^/gm, '    ')}
`
const messageOf = (text: string) => {
  try {
    parseRules(text, 'own.yaml')
  } catch (error) {
    return (error as Error).message
  }
  return 'no error'
}

test.for([
  ["pattern: '(?<=job=)\\w+'", 'own.yaml:8:14  rules[0].pattern: looks ahead or behind'],
  ["pattern: '(?!x)y'", 'own.yaml:8:14  rules[0].pattern: looks ahead or behind'],
  ["pattern: '(a)\\1'", 'own.yaml:8:14  rules[0].pattern: refers back to a group'],
  ["pattern: '(?>a+)b'", 'own.yaml:8:14  rules[0].pattern: is possessive or atomic'],
  ["pattern: 'a('", 'own.yaml:8:14  rules[0].pattern: no pattern (missing closing )'],
  ["pattern: 'x'\nfields:\n  job: 'job=\\d+'", 'own.yaml:10:12  rules[0].fields.job: needs a group'],
  ["pattern: 'x'\nwhen: {kind: repeats, field: job, times: 3}", 'rules[0].when.field: the rule has no field job'],
  ["pattern: 'x'\nliteral: x", 'own.yaml:9:5  rules[0].literal: unknown key; known here: id, detector'],
  ["pattern: 'x'\nwhen: {kind: count, within: soon}", 'rules[0].when.within: expected another form'],
] as const)('%s is refused at its line', ([rule, message]) => {
  expect(messageOf(pack(rule))).toContain(message)
})

test('a literal that nearly every line holds is refused', () => {
  expect(messageOf(pack("pattern: 'x'").replace('[a fault of]', '[err]'))).toContain(
    'rules[0].literals[0]: expected at least 4',
  )
})

test('an id that stands twice is refused', () => {
  const once = pack("pattern: 'x'")
  expect(messageOf(once + once.slice(once.indexOf('  - id')))).toContain('the id own stands twice')
})

test("a rule of the user's takes the place of the shipped one of the same id", async () => {
  const shipped = await shippedRules()
  const own = parseRules(pack("pattern: 'x'").replace('id: own', 'id: queue-depth'), 'own.yaml')
  const all = withOwnRules(shipped, own)
  expect(all).toHaveLength(shipped.length)
  expect(all.filter(({ rule }) => rule.id === 'queue-depth').map(({ rule }) => rule.title)).toEqual([
    'a fault of our own',
  ])
  expect(own[0]?.rule.evidence).toBe('user')
})

test('a pattern that would take a backtracking engine for ever takes this one no time', () => {
  const [rule] = parseRules(pack("pattern: '(a+)+$'"), 'own.yaml')
  const begin = performance.now()
  expect(rule && matchLine(rule, `${'a'.repeat(5_000)}!`)).toBeUndefined()
  expect(performance.now() - begin).toBeLessThan(2_000)
})

test('the literals of the shipped rules are as long as keeps the reader fast', async () => {
  for (const { rule } of await shippedRules()) {
    const denial = rule.when.kind === 'denied' ? rule.when.by.literals : []
    for (const literal of [...rule.literals, ...denial])
      expect([rule.id, literal.length]).toEqual([rule.id, expect.toSatisfy((length: number) => length >= 7)])
  }
})

test('a field is shown without folders, secrets, personal data and control characters, and cut', () => {
  expect(fieldValue('/home/jane/.ollama/models/blobs/sha256-abc')).toBe('sha256-abc')
  expect(fieldValue('C:\\Users\\jane\\models\\x.gguf')).toBe('x.gguf')
  expect(fieldValue('jane.roe@example.org')).toBe('[e-mail]')
  expect(fieldValue('Bearer abcdefghijklmnop')).toBe('Bearer [token]')
  expect(fieldValue('http://jane:hunter2')).toBe('http://jane:[password]')
  expect(fieldValue('http://jane:hunter2@host/v1')).not.toContain('hunter2')
  expect(fieldValue('http://host:8080')).toBe('http://host:8080')
  expect(fieldValue('a\u001b[31mred\u202e')).toBe('a\\u001b[31mred\\u202e')
  expect(fieldValue('x'.repeat(500))).toHaveLength(120)
})

test('the rules that are read are those of the package', async () => {
  const text = await readFile(new URL('../../src/logs/log-rules.yaml', import.meta.url), 'utf8')
  expect(parseRules(text, 'log-rules.yaml').map(({ rule }) => rule.id)).toEqual(
    (await shippedRules()).map(({ rule }) => rule.id),
  )
})
