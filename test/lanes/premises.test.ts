import { afterEach, describe, expect, test, vi } from 'vitest'
import { environmentProxy } from '../../src/lanes/environment-proxy.ts'
import { requireOnPremises } from '../../src/lanes/premises.ts'

afterEach(() => vi.unstubAllEnvs())

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

  test('is looked up below .localhost too, which some systems ask DNS for', async () => {
    await expect(requireOnPremises('http://box.localhost:1', async () => ['8.8.8.8'])).rejects.toMatchObject({
      code: 'off-premises',
    })
  })

  test('is refused where a proxy of the environment would be in between, as the remedy says', async () => {
    vi.stubEnv('NODE_USE_ENV_PROXY', '1')
    vi.stubEnv('HTTP_PROXY', 'http://proxy.example:3128')
    await expect(requireOnPremises('http://127.0.0.1:11434')).rejects.toMatchObject({
      code: 'off-premises',
      message: expect.stringContaining('Add 127.0.0.1 to NO_PROXY'),
    })
    vi.stubEnv('NO_PROXY', '127.0.0.1')
    await expect(requireOnPremises('http://127.0.0.1:11434')).resolves.toBeUndefined()
  })
})

test.each([
  ['http://10.0.0.7', {}, undefined],
  ['http://10.0.0.7', { NODE_USE_ENV_PROXY: '1' }, 'p'],
  ['http://10.0.0.7', { NODE_OPTIONS: '--max-old-space-size=9 --use-env-proxy' }, 'p'],
  ['http://10.0.0.7:80', { NODE_USE_ENV_PROXY: '1', NO_PROXY: 'other, 10.0.0.7:80' }, undefined],
  ['http://10.0.0.7:81', { NODE_USE_ENV_PROXY: '1', NO_PROXY: '10.0.0.7:80' }, 'p'],
  ['http://a.box.lan', { NODE_USE_ENV_PROXY: '1', NO_PROXY: '.box.lan' }, undefined],
  ['http://notbox.lan', { NODE_USE_ENV_PROXY: '1', NO_PROXY: 'box.lan' }, 'p'],
  ['http://10.0.0.7', { NODE_USE_ENV_PROXY: '1', NO_PROXY: '*' }, undefined],
  ['http://10.0.0.7', { NODE_USE_ENV_PROXY: '1', http_proxy: '' }, undefined],
])('%s with %j goes through %s', (url, environment, proxy) => {
  expect(environmentProxy(url, { HTTP_PROXY: 'p', ...environment }, [])).toBe(proxy)
})
