import { readFileSync } from 'node:fs'

/** A recorded answer of Ollama 0.31.0; see fixtures/ollama-0.31.0/README.md. */
export function recorded(file: string): string {
  return readFileSync(new URL(`fixtures/ollama-0.31.0/${file}`, import.meta.url), 'utf8')
}

export const weightsSha256 = '941f309b54caaad6747569ba43712bcde44a2be3bae16c3282ff499c37c54af5'
export const weightsBlob = `/srv/ollama/models/blobs/sha256-${weightsSha256}`
