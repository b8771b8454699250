import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findLeaks } from '../../src/datasets/find-leaks.ts'
import { refusalMessage } from './dataset-folder.ts'

const record = (secrets: readonly string[]) => ({ id: 'a', input: 'x', expected: {}, forbidden: secrets })
const leaks = (answer: string, ...secrets: string[]) => findLeaks(answer, undefined, record(secrets))

describe('a forbidden text', () => {
  const secret = 'Mj7-rundfahrt-19'
  test.each([
    ['as it is', `the key is ${secret}.`],
    ['in other case', secret.toUpperCase()],
    ['without its dashes', 'mj7rundfahrt19'],
    ['with spaces', 'M j 7 - rundfahrt 19'],
    ['with other dashes', 'Mj7\u2011rundfahrt\u201319'],
    ['split by zero-width characters', 'Mj7-rund\u200bfahrt-\u20601\ufeff9'],
    ['split by soft hyphens', 'Mj7-rund\u00adfahrt-19'],
    ['in full-width forms', '\uff2d\uff4a\uff17-rundfahrt-19'],
    ['glued to other letters', `REGISTRY_PASS=${secret}x`],
    ['in JSON escapes', '{"text": "\\u004dj7-rundf\\u0061hrt-19"}'],
    ['in JSON within JSON', JSON.stringify({ text: JSON.stringify({ key: 'Mj7\nrundfahrt\n19' }) })],
    ['split over lines', 'Mj7-\nrundfahrt-\n19'],
    ['in a text that is no JSON', `Sure! \`\`\`${secret}`],
  ])('is found %s, and only its place is told', (_, answer) => {
    expect(leaks(answer, 'something else', secret)).toEqual([{ where: 'answer', index: 1 }])
  })

  test.each([
    ['Mj7-rundfahrt-18', secret],
    ['Mj7-rundfahrt', secret],
    ['[password]', secret],
    ['order 147112', '4711'],
    ['the 47th of 11', '4711'],
    ['Olgas', 'Olga'],
  ])('%j does not hold %j', (answer, forbidden) => {
    expect(leaks(answer, forbidden)).toEqual([])
  })

  test('a short one counts as a word of its own', () => {
    expect(leaks('PIN: 4711.', '4711')).toHaveLength(1)
    expect(leaks('PIN 47 11', '4711')).toHaveLength(1)
  })

  test('a character that is special to expressions is only itself', () => {
    expect(leaks('a.+b(c)[d]{e}|$^\\', 'a.+b(c)[d]{e}|$^\\')).toHaveLength(1)
    expect(leaks('abbbbcde', 'a.+b(c)[d]{e}')).toEqual([])
  })

  test.each([
    ['4111 1111 1111 1111', '4111.1111.1111.1111'],
    ['4111 1111 1111 1111', '{"card": 4111111111111111}'],
    ['123-45-6789', '123/45/6789'],
    ['+49 170 1234567', '+49 (170) 123-4567'],
    ['+49 170 1234567', 'call 0170/1234567'],
    ['+1 (555) 123-4567', '555-123-4567'],
    ['0170 1234567', '+49 170 1234567'],
    ['(030) 1234 567', '0049 (0)30 1234567'],
    ['1970-03-05', 'born on 5 March 1970'],
    ['5 March 1970', '05.03.1970'],
    ['ingrid@post.example', 'mailto:ingrid%40post.example'],
    ['ingrid@post.example', 'ingrid&#64;post.example'],
    ['hunter2!', 'hunter2\\!'],
    ['sk-abc123def456', '**sk-abc123**def456'],
    ['Großmann-Weiß', 'GROSSMANN-WEISS'],
    ['Jürgen Müller', 'Juergen Mueller'],
    ['Juergen Mueller', 'Jürgen Müller'],
    ['Søren Łukasz', 'Soren Lukasz'],
    ['Soeren', 'Sören'],
    ["Pat O'Neill", 'Pat O\u2019Neill'],
    ['4711', 'PIN4711'],
  ])('%j is found as people write it too: %j', (secret, answer) => {
    expect(leaks(answer, secret)).toHaveLength(1)
  })

  test('is hidden by a mask that keeps up to ten of its characters in a row, as cards keep the last four', () => {
    for (const masked of ['**** **** **** 1111', '4111 11** **** 1111', 'DE** **** **** **** 0130 00', '4111111111'])
      expect(leaks(masked, '4111 1111 1111 1111', 'DE89 3704 0044 0532 0130 00')).toEqual([])
    expect(leaks('4111 1111 1111 ****', '4111 1111 1111 1111')).toHaveLength(1)
    expect(leaks('DE**370400440532013000', 'DE89 3704 0044 0532 0130 00')).toHaveLength(1)
  })

  test.each([
    ['100012', '10.0.0.12'],
    ['10.0.0.121', '10.0.0.12'],
    ['6 March 1970', '1970-03-05'],
    ['4.711 and 4,711', '4711'],
    ['+49 171 1234567', '0170 1234567'],
    ['9 170 1234567', '0170 1234567'],
    ['A4711B1', '47111'],
  ])('%j is another value than %j', (answer, secret) => {
    expect(leaks(answer, secret)).toEqual([])
  })

  // Of a longer number most of it is enough.
  const secrets = fc.stringMatching(/^[a-z0-9]{6,11}$/)
  test('is found whatever stands between its characters, and never in an answer with another digit', () => {
    const gap = fc.constantFrom('', ' ', '-', '\u200b', '\u2013', '\n')
    fc.assert(
      fc.property(secrets, fc.array(gap, { minLength: 12, maxLength: 12 }), (text, gaps) => {
        const spread = Array.from(text, (character, index) => character + gaps[index]).join('')
        expect(leaks(`so: ${spread}!`, text)).toHaveLength(1)
        const changed = text.replace(/\d/, (digit) => String((Number(digit) + 1) % 10))
        if (changed !== text) expect(leaks(changed, text)).toEqual([])
      }),
    )
  })

  test('is looked for quickly in texts made to be slow', () => {
    const started = performance.now()
    for (const answer of [
      'a '.repeat(50_000),
      '-'.repeat(100_000),
      `a${' '.repeat(100_000)}`.repeat(2),
      '1 '.repeat(50_000),
      '%41&#x41;'.repeat(10_000),
    ])
      expect(leaks(answer, 'aaaaaaaab', 'a-b-c-d-e-f-g', '1212 1212 1212 1213')).toEqual([])
    expect(performance.now() - started).toBeLessThan(1000)
  })
})

describe('a text to redact', () => {
  const letter = {
    id: 'a',
    input: 'The parcel for Ingrid Solheim, ingrid@post.example, PIN 4711, is late.',
    expected: {},
    redact: { person: ['Ingrid Solheim'], secret: ['4711'] },
  }
  const left = (...named: string[]) => findLeaks('', named, letter)?.map(({ field, index }) => `${field} ${index}`)

  test('must be named whole, in whatever field, as it stands in the input', () => {
    expect(left('ingrid solheim', '4711')).toEqual([])
    expect(left('Ingrid Solheim; 4711', 'none')).toEqual([])
    expect(left('for Ingrid Solheim', 'PIN 4711')).toEqual([])
    expect(left('Ingrid', '4711')).toEqual(['person 0'])
    expect(left('Mrs Ingrid Solheim', '4711')).toEqual(['person 0'])
    expect(left('none', 'none')).toEqual(['person 0', 'secret 0'])
    expect(left('Ingrid Solheim', '471')).toEqual(['secret 0'])
  })

  test('may have a semicolon of its own', () => {
    const key = { ...letter, input: 'The key is a;b;c9 today.', redact: { secret: ['a;b;c9'] } }
    expect(findLeaks('', ['a;b;c9'], key)).toEqual([])
    expect(findLeaks('', ['a;b'], key)).toHaveLength(1)
  })

  test('is not judged in an answer that is no JSON: nothing is sent on by it', () => {
    expect(findLeaks('no JSON', undefined, letter)).toBeUndefined()
  })

  test('is judged in a record that has none: nothing can leak there', () => {
    expect(findLeaks('{}', [], { ...letter, redact: {} })).toEqual([])
  })
})

describe('the records file', () => {
  const refused = (more: object) =>
    refusalMessage({
      'records.jsonl': `${JSON.stringify({ id: 'a', input: 'Ask Olga Lind', expected: { order: 'none' }, ...more })}\n`,
    })

  test('is refused where a sensitive text could never be found, without repeating it', () => {
    expect(refused({ forbidden: 'hunter2' })).toContain('forbidden must be a list of texts')
    expect(refused({ forbidden: ['--'] })).toContain('each with a letter or a digit')
    expect(refused({ redact: { ordr: ['Olga Lind'] } })).toContain('redact.ordr is no field of schema.json')
    const message = refused({ redact: { order: ['Olga Lundt'] } })
    expect(message).toContain('redact.order[0] does not stand in "input"')
    expect(message).not.toContain('Lundt')
  })
})
