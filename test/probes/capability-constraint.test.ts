import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { constraintIn, drawSecret, grammarOf, schemaOf } from '../../src/probes/capability-constraint.ts'

const secret = { name: 'bcdfgh', value: 'jkmnpq' }
const object = '{"bcdfgh":"jkmnpq"}'
const read = (content: string, thinking = '') => constraintIn(secret, { content, thinking })

describe('the constraint that only one answer fulfils', () => {
  it('is another one at every draw, and the schema and the grammar hold it', () => {
    const drawn = Array.from({ length: 50 }, drawSecret)
    expect(new Set(drawn.map(({ name, value }) => `${name} ${value}`)).size).toBe(50)
    expect(schemaOf(secret)).toMatchObject({ required: ['bcdfgh'], properties: { bcdfgh: { enum: ['jkmnpq'] } } })
    expect(grammarOf(secret)).toBe('root ::= "{\\"bcdfgh\\":\\"jkmnpq\\"}"')
  })

  it('is read from answers as servers gave them', () => {
    expect(read(object)).toBe('whole')
    expect(read('{\n    "bcdfgh"\n\n:\n\n"jkmnpq"\n\n}')).toBe('whole')
    expect(read('{\n    "bcdfgh"\n\n:\n\n"jkm')).toBe('part')
    expect(read(`<think>\n\n</think>\n\n${object}`)).toBe('inside')
    expect(read('', object)).toBe('in-thinking')
    expect(read('', 'Okay, the user wants a greeting')).toBe('absent')
    expect(read('Hello! How can I help you today?')).toBe('absent')
    // Its beginning is no secret.
    expect(read('{"')).toBe('absent')
    expect(read('{"bc')).toBe('absent')
  })

  it('is never found in an answer that does not bear the secret, and always in any long beginning of the one that does', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (content, thinking) => {
        expect(read(content.replace(/[bcdf]/g, ''), thinking.replace(/[bcdf]/g, ''))).toBe('absent')
      }),
    )
    fc.assert(
      fc.property(fc.integer({ min: 6, max: object.length - 1 }), (length) => {
        expect(read(object.slice(0, length))).toBe('part')
      }),
    )
  })
})
