// Takes a work item on stdin and hands its selected_model on to the delegate, with everything else that it needs.
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const { selected_model, input } = JSON.parse(await text(process.stdin))
if (!selected_model) throw new Error('the work item has no selected_model')
const delegate = spawn('python3', [fileURLToPath(new URL('delegate.py', import.meta.url))], {
  env: { ...process.env, LOCAL_MODEL_TAG: selected_model },
  stdio: ['pipe', 'inherit', 'inherit'],
})
delegate.on('exit', (code) => process.exit(code ?? 1))
delegate.stdin.end(input)
