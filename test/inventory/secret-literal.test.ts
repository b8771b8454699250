import { describe, expect, it } from 'vitest'
import { holdsSecret } from '../../src/inventory/secret-literal.ts'

const letters = 'a1B2c3D4'.repeat(4)

describe('a literal that looks like a secret', () => {
  it.for([
    `OPENAI_API_KEY=sk-proj-${letters}`,
    `client = OpenAI(api_key="sk-${letters}")`,
    `  HF_TOKEN: hf_${letters}`,
    `git clone https://x:ghp_${letters}@host`.replace('x:', 'x '),
    `headers = {"Authorization": "Bearer ${letters}"}`,
    `api_key = "${letters}"`,
    `"apiKey": "${letters}",`,
    '-----BEGIN RSA PRIVATE KEY-----',
  ])('is seen: %s', (line) => {
    expect(holdsSecret(line)).toBe(true)
  })

  it.for([
    'api_key = os.environ["OPENAI_API_KEY"]',
    'apiKey: process.env.OPENAI_API_KEY_2026_LOCAL,',
    'headers = {"Authorization": f"Bearer {api_key_2026_of_the_box}"}',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: code that is read
    'Authorization: `Bearer ${token}`',
    'curl -H "Authorization: Bearer $OPENAI_API_KEY"',
    'curl -H "Authorization: Bearer YOUR_API_KEY_HERE_1234"',
    'api_key="ollama"',
    'token = settings.openai.token_of_2026.value',
    'token = make_token_for_2026_and_later(user)',
    '-----BEGIN CERTIFICATE-----',
    'max_tokens = 1024',
  ])('is not: %s', (line) => {
    expect(holdsSecret(line)).toBe(false)
  })
})
