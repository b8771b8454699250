import { Readable } from 'node:stream'
import { innermostMessage, transportCode } from '../transport-failure.ts'
import type { HubSource } from './catalogue.ts'

const connectMs = 10_000
const silenceMs = 30_000

/**
 * A stream of a file on a model hub over HTTPS. Rejects with a short reason where nothing answers within ten seconds;
 * the stream fails where nothing comes for thirty.
 */
export async function openHubDownload(source: HubSource, signal?: AbortSignal): Promise<Readable> {
  const impatience = new AbortController()
  const patience = new Patience(impatience)
  patience.wait(connectMs, 'no answer within 10 seconds')
  try {
    const response = await fetch(source.url, {
      signal: signal ? AbortSignal.any([signal, impatience.signal]) : impatience.signal,
    })
    if (!response.ok || !response.body) throw new Error(`status ${response.status}`)
    return Readable.from(watched(response.body, patience))
  } catch (cause) {
    patience.end()
    signal?.throwIfAborted()
    const reason = impatience.signal.aborted ? impatience.signal.reason : cause
    throw new Error(transportCode(reason) ?? innermostMessage(reason), { cause })
  }
}

async function* watched(body: AsyncIterable<Uint8Array>, patience: Patience): AsyncGenerator<Uint8Array> {
  try {
    patience.wait(silenceMs, 'nothing came for 30 seconds')
    for await (const chunk of body) {
      patience.wait(silenceMs, 'nothing came for 30 seconds')
      yield chunk
    }
  } finally {
    patience.end()
  }
}

/** Aborts when it is not renewed in time. */
class Patience {
  readonly #controller: AbortController
  #timer: NodeJS.Timeout | undefined

  constructor(controller: AbortController) {
    this.#controller = controller
  }

  wait(milliseconds: number, reason: string): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#controller.abort(new Error(reason)), milliseconds)
  }

  end(): void {
    clearTimeout(this.#timer)
  }
}
