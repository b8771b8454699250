/**
 * A process of its own, so that answering doesn't share the asking worker's event loop: tells its endpoint, answers until
 * killed. It describes itself as llama-server does, with a small file for weights, so that proofs have what to prove.
 */
import { fileURLToPath } from 'node:url'
import { startAnsweringServer } from '../support/answering-server.ts'
import { nameColour } from '../support/mini-project.ts'

const { endpoint } = await startAnsweringServer(({ prompt }) => nameColour(prompt), {
  '/health': { status: 'ok' },
  '/props': {
    model_path: fileURLToPath(new URL('../../LICENSE', import.meta.url)),
    model_alias: 'echo',
    build_info: 'b0-benchmark',
    chat_template: '{{ messages }}',
    default_generation_settings: { n_ctx: 4096 },
  },
  '/lora-adapters': [],
  '/slots': [{ id: 0 }],
})
process.send?.(endpoint)
process.once('disconnect', () => process.exit())
