import fc from 'fast-check'
import { expect, test } from 'vitest'
import { commandWords, payloadText } from '../../src/probes/worker-payload.ts'

const template = { selected_model: '{{model}}', job: { text: 'Input: {{input}}', tries: 1 } }

test('a payload is JSON with model and input in it, whatever they hold', () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ unit: 'binary' }), (model, input) => {
      expect(JSON.parse(payloadText(template, { model, input }))).toEqual({
        selected_model: model,
        job: { text: `Input: ${input}`, tries: 1 },
      })
    }),
  )
})

test('arguments are single words, whatever they hold: nothing in them is replaced once more', () => {
  fc.assert(
    fc.property(fc.string(), (input) => {
      const worker = { command: ['ask', '--model={model}', '{input}'], payload: 'arguments' } as const
      expect(commandWords({ ...worker, command: [...worker.command] }, { model: '{input}', input }, undefined)).toEqual(
        ['ask', '--model={input}', input],
      )
    }),
  )
})

test('the path of a payload file stands for {payload}, else comes last', () => {
  const parts = { model: 'm', input: 'i' }
  const words = (command: string[]) => commandWords({ command, payload: 'file' }, parts, '/tmp/payload.json')
  expect(words(['run', '--item={payload}', '-v'])).toEqual(['run', '--item=/tmp/payload.json', '-v'])
  expect(words(['run', '-v'])).toEqual(['run', '-v', '/tmp/payload.json'])
})
