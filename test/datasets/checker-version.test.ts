import { expect, test } from 'vitest'
import { checkerVersion } from '../../src/datasets/checker-version.ts'
import { examine } from '../../src/datasets/examine.ts'
import { canonicalJson } from '../../src/evidence/read.ts'
import { sha256 } from '../../src/evidence/stored-text.ts'

const schema = {
  type: 'object',
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 12 },
    when: { type: 'string' },
    amount: { type: 'number' },
    label: { enum: ['bug', 'question'] },
    links: { type: 'array', items: { type: 'string' } },
  },
  required: ['name', 'when', 'label'],
  additionalProperties: false,
}
const record = {
  id: 'r',
  input: 'Ann Lee paid 1,200.50 EUR on 3 March 2026, see https://a.example/x and order ORD-12.',
  expected: { name: ['Ann Lee'], when: ['2026-03-03', '3 March 2026'], amount: ['1200.5'], label: ['bug'] },
}
const answers = [
  '{"name":"Ann Lee","when":"3 March 2026","amount":1200.5,"label":"bug","links":["https://a.example/x"]}',
  '{"name":"ann lee","when":"2026-03-03","amount":1200,"label":"BUG"}',
  '{"name":"","when":"March 3, 2026","label":"praise","links":["https://b.example"]}',
  '{"name":"Ann Lee of Upper Nowhere","label":"question","extra":1}',
  '```json\n{"name":"Ann Lee","when":"3 March 2026","label":"bug"}\n```',
  "{'name': 'Ann Lee', when: '3 March 2026', label: 'bug',}",
  '{"name":"Ann Lee","name":"Bo","when":"3.3.2026","label":"bug"}',
  'Ann Lee, see https://a.example/y.',
  '[]',
  ' ',
]

/** What the examinations of this version come to. */
const examinations: Readonly<Record<number, string>> = {
  3: '39331474bed244925e07c55b6a4e1ff999c0bb2cd25d9f50f39b8208d23ce290',
}

test('the checker has another version where it finds another thing (else raise it in checker-version.ts, and note the hash)', () => {
  const found = sha256(canonicalJson(answers.map((answer) => examine(answer, record, { schema }))))
  expect(found).toBe(examinations[checkerVersion])
})
