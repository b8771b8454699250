import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const engine = fileURLToPath(new URL('../../src/runtimes/embedded/engine.ts', import.meta.url))
/** Makes node-llama-cpp unresolvable in the process, as where it is not installed. */
const hook = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module'
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier !== 'node-llama-cpp') return next(specifier, context)
      throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
    },
  })
`)}`

it('without the optional package the engine ends and says how to install it', async () => {
  const child = spawn(process.execPath, ['--import', hook, engine], { stdio: ['pipe', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  child.stdin.write(`${JSON.stringify({ token: 'a-token-that-is-long-enough', models: [], threads: 1 })}\n`)
  const code = await new Promise((resolve) => child.once('close', resolve))
  expect(code).toBe(1)
  expect(said).toContain('npm install --save-dev node-llama-cpp@3.21.1')
})
