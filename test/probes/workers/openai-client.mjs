// OpenAI's own client, as its documentation shows it: the endpoint comes from OPENAI_BASE_URL.
import { text } from 'node:stream/consumers'
import OpenAI from 'openai'

const { selected_model, input } = JSON.parse(await text(process.stdin))
const client = new OpenAI({ apiKey: 'unused' })
const { model, choices } = await client.chat.completions.create({
  model: selected_model,
  messages: [{ role: 'user', content: input }],
  max_tokens: 8,
})
process.stdout.write(`${JSON.stringify({ observed_model: model, completion: choices[0].message.content })}\n`)
