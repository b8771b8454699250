/** What passed through a watched fetch in one exchange. */
export interface Watch {
  /** performance.now() at the moment the request was handed to the network. */
  readonly sent_ms: number
  /** Headers of the response. */
  readonly headers: Headers
  /** Whether the event stream ended with `data: [DONE]`, which clients swallow. */
  readonly sawDone: () => boolean
}

/** A fetch for streamed requests, and what was seen of each by the response that it gave. */
export interface WatchedFetch {
  readonly fetch: typeof globalThis.fetch
  watchOf(response: Response): Watch
}

/** Wraps a fetch, to see what the client library does not tell. */
export function watchFetch(fetch: typeof globalThis.fetch): WatchedFetch {
  const watches = new WeakMap<Response, Watch>()
  return {
    watchOf: (response) => watches.get(response) as Watch,
    fetch: async (input, init) => {
      const sent_ms = performance.now()
      const response = await fetch(input, init)
      const { status, statusText, headers } = response
      const { look, sawDone } = lookForDone()
      const watched = response.body
        ? new Response(watchBytes(response.body, look), { status, statusText, headers })
        : response
      watches.set(watched, { sent_ms, headers, sawDone })
      return watched
    },
  }
}

function lookForDone(): { look: (bytes: Uint8Array) => void; sawDone: () => boolean } {
  let tail = ''
  let done = false
  const decoder = new TextDecoder()
  return {
    sawDone: () => done,
    look(bytes) {
      tail = (tail + decoder.decode(bytes, { stream: true })).slice(-Math.max(64, bytes.length))
      done ||= /(^|\n)data: ?\[DONE\]/.test(tail)
    },
  }
}

/** The same bytes, shown to `look` as they are read. A TransformStream would do it at several times the cost a chunk. */
function watchBytes(body: ReadableStream<Uint8Array>, look: (bytes: Uint8Array) => void): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read()
        if (done) return controller.close()
        look(value)
        controller.enqueue(value)
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}
