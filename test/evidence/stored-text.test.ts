import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sha256, storeMessage, storeText } from '../../src/evidence/stored-text.ts'

describe('what is stored of a text', () => {
  test('is hash and length alone where the workload is private', () => {
    expect(storeText('hello', 'private')).toEqual({ sha256: sha256('hello'), characters: 5 })
  })

  test.for([
    ['key sk-proj-abcdefghijklmnop1234', 'key [token]'],
    ['Authorization: Bearer abcdef0123456789xyz', 'Authorization: Bearer [token]'],
    ['password=hunter2secret next', 'password=[password] next'],
    ['postgres://app:s3cret@db.example/x', 'postgres://app:[password]@db.example/x'],
    ['AKIAABCDEFGHIJKLMNOP', '[token]'],
  ] as const)('never holds a secret, even where it is public: %s', ([text, masked]) => {
    expect(storeText(text, 'public')).toMatchObject({ text: masked, redactions: 1 })
  })

  test.for([
    ['write to ann.lee@example.org today', 'write to [e-mail] today'],
    ['call +49 151 2345 6789', 'call [phone]'],
    ['card 4111 1111 1111 1111', 'card [card]'],
  ] as const)('holds no personal data where it is internal: %s', ([text, masked]) => {
    expect(storeText(text, 'internal').text).toBe(masked)
    expect(storeText(text, 'public').text).toBe(text)
  })

  test('keeps hash and length of the original, whatever was masked', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('public', 'internal', 'private'), (text, privacy) => {
        expect(storeText(text, privacy)).toMatchObject({ sha256: sha256(text), characters: text.length })
      }),
    )
  })
})

describe('what is stored of a failure', () => {
  const prompt = 'Summarise: the patient Jane Roe called at noon.'
  const message = 'server refused: "the patient Jane Roe called" is too long, key sk-abcdefghijklmnopqrst'

  test('quotes nothing of a private prompt', () => {
    expect(storeMessage(message, prompt, 'private')).toBe('server refused')
  })

  test('holds no secret, whatever the privacy', () => {
    expect(storeMessage(message, prompt, 'public')).toBe(
      'server refused: "the patient Jane Roe called" is too long, key [token]',
    )
  })
})
