import { describe, expect, test } from 'vitest'
import { requireOnPremises } from '../../src/lanes/premises.ts'

describe('a runtime that the config calls local', () => {
  test('passes on this machine without a look-up', async () => {
    const never = () => Promise.reject(new Error('looked up'))
    await expect(requireOnPremises('http://127.0.0.1:1/v1', never)).resolves.toBeUndefined()
    await expect(requireOnPremises('http://localhost:1', never)).resolves.toBeUndefined()
  })

  test('passes where all addresses of its name are private', async () => {
    await expect(requireOnPremises('http://gpu.example', async () => ['10.0.0.7', 'fd00::7'])).resolves.toBeUndefined()
  })

  test('is refused before anything is sent where one address is public', async () => {
    await expect(requireOnPremises('http://gpu.example', async () => ['10.0.0.7', '8.8.8.8'])).rejects.toMatchObject({
      code: 'off-premises',
      message: expect.stringContaining('public address 8.8.8.8'),
    })
  })

  test('is unreachable where nobody knows its name', async () => {
    const unknown = () => Promise.reject(new Error('ENOTFOUND'))
    await expect(requireOnPremises('http://gpu.example', unknown)).rejects.toMatchObject({ code: 'unreachable' })
  })
})
