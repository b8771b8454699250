// Asks a gateway that is running already, by OpenAI's own client. What stands behind the gateway is told to a relay, since
// the gateway was started long before the address that this worker was given was known.
import { text } from 'node:stream/consumers'
import OpenAI from 'openai'

const { selected_model, input } = JSON.parse(await text(process.stdin))
const { OPENAI_BASE_URL, GATEWAY_URL, GATEWAY_KEY, RELAY_URL } = process.env
await fetch(`${RELAY_URL}/${new URL(OPENAI_BASE_URL).port}`, { method: 'POST' })
const client = new OpenAI({ baseURL: GATEWAY_URL, apiKey: GATEWAY_KEY, maxRetries: 0 })
const { model, choices } = await client.chat.completions.create({
  model: selected_model,
  messages: [{ role: 'user', content: input }],
  max_tokens: 8,
})
process.stdout.write(`${JSON.stringify({ observed_model: model, completion: choices[0].message.content })}\n`)
