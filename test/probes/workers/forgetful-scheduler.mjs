// Knows the selected_model of its work item, logs it, and builds the delegate's command without it.
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const { selected_model, input } = JSON.parse(await text(process.stdin))
process.stderr.write(`scheduler: model=${selected_model}\n`)
const { PATH, HOME, OLLAMA_HOST } = process.env
const delegate = spawn('python3', [fileURLToPath(new URL('delegate.py', import.meta.url))], {
  env: { PATH, HOME, OLLAMA_HOST },
  stdio: ['pipe', 'inherit', 'inherit'],
})
delegate.on('exit', (code) => process.exit(code ?? 1))
delegate.stdin.end(input)
