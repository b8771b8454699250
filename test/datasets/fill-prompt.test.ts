import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fillPrompt } from '../../src/datasets/fill-prompt.ts'

test('the input is taken literally, whatever it holds', () => {
  const prompt = [
    { role: 'system', content: 'Short.' },
    { role: 'user', content: 'Ticket: {{input}} End' },
  ] as const
  const inputs = fc.oneof(fc.string(), fc.constantFrom('$&', "$'", '$1', '$$', '{{input}}', '# system'))
  fc.assert(
    fc.property(inputs, (input) => {
      expect(fillPrompt(prompt, input)).toEqual([
        { role: 'system', content: 'Short.' },
        { role: 'user', content: `Ticket: ${input} End` },
      ])
    }),
  )
})
