// Waits no longer than a second, retries twice and waits longer each time, takes no answer of another model and no empty
// one; then asks the fallback of its configuration, and its record says so.
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

const { selected_model, input } = JSON.parse(await text(process.stdin))
const { OLLAMA_HOST, FALLBACK_BASE_URL } = process.env

async function ask(url, model) {
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: input }], stream: false })
  const response = await fetch(url, { method: 'POST', body, signal: AbortSignal.timeout(800) })
  if (!response.ok) throw new Error(`status ${response.status}`)
  const answer = await response.json()
  const content = answer.message?.content ?? answer.choices?.[0]?.message.content ?? ''
  if (answer.model !== model) throw new Error(`answered by ${answer.model}, asked for ${model}`)
  if (content === '') throw new Error('an empty answer')
  return { observed_model: answer.model, completion: content }
}

async function retried(url, model, waits_ms = [100, 200]) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await ask(url, model)
    } catch (error) {
      if (attempt >= waits_ms.length) throw error
      await sleep(waits_ms[attempt])
    }
  }
}

try {
  const record = await retried(`http://${OLLAMA_HOST}/api/chat`, selected_model).catch((error) => {
    if (!FALLBACK_BASE_URL) throw error
    return ask(`${FALLBACK_BASE_URL}/chat/completions`, 'cloud-model')
  })
  process.stdout.write(`${JSON.stringify(record)}\n`)
} catch (error) {
  process.stderr.write(`careful-fallback: ${error.message}\n`)
  process.exitCode = 1
}
