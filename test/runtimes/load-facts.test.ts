import { describe, expect, test } from 'vitest'
import { modelShape } from '../../src/machine/load-estimate.ts'
import { mapLoadFacts as llamaServerFacts, propsSchema } from '../../src/runtimes/llama-server-props.ts'
import { mapLoadFacts as ollamaFacts } from '../../src/runtimes/ollama-description.ts'
import { runningSchema, showSchema, tagsSchema } from '../../src/runtimes/ollama-protocol.ts'
import { fixture } from './fixture.ts'
import { recorded, weightsBlob } from './ollama-fixture.ts'

const here = 'http://127.0.0.1:1'
const elsewhere = 'http://192.168.7.7:1'

describe('what a load would take, as Ollama says', () => {
  const shown = showSchema.parse(JSON.parse(recorded('show.json')))
  const size = tagsSchema.parse(JSON.parse(recorded('tags.json'))).models[0]?.size
  const running = runningSchema.parse(JSON.parse(recorded('ps-loaded.json'))).models[0]

  test('is its files, their size and the metadata from which layers and heads follow', () => {
    const facts = ollamaFacts({ endpoint: here, shown, size, running: undefined })
    expect(facts).toMatchObject({ loaded: false, files: [weightsBlob], weights_bytes: size })
    expect(modelShape(new Map(Object.entries(facts.metadata ?? {})))).toMatchObject({ layers: 30, key_length: 64 })
  })

  test('names no file of another host, and a runner as loaded', () => {
    const facts = ollamaFacts({ endpoint: elsewhere, shown, size, running })
    expect(facts).not.toHaveProperty('files')
    expect(facts).toMatchObject({ loaded: true, context: running?.context_length })
  })
})

describe('what llama-server has loaded', () => {
  const props = propsSchema.parse(JSON.parse(fixture('llama-server-b1-80fb11a/props.json')))

  test('is its file, the context of a slot and how many slots there are', () => {
    expect(llamaServerFacts({ endpoint: here, props, serving: undefined })).toEqual({
      loaded: true,
      files: [props.model_path],
      context: 4096,
      sequences: 1,
    })
  })

  test('is not loaded while it sleeps', () => {
    const asleep = { ...props, is_sleeping: true }
    expect(llamaServerFacts({ endpoint: elsewhere, props: asleep, serving: undefined })).toEqual({
      loaded: false,
      context: 4096,
      sequences: 1,
    })
  })
})
