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
      const { look, sawDone } = lookForDone()
      if (response.body) watchBytes(response.body, look)
      watches.set(response, { sent_ms, headers: response.headers, sawDone })
      return response
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

/** The same stream, whose bytes are shown to `look` as they are read. A second stream would cost a tenth of a short answer. */
function watchBytes(body: ReadableStream<Uint8Array>, look: (bytes: Uint8Array) => void): void {
  const getReader = body.getReader.bind(body) as () => ReadableStreamDefaultReader<Uint8Array>
  const getWatchedReader = () => {
    const reader = getReader()
    const read = reader.read.bind(reader)
    return Object.assign(reader, {
      async read() {
        const result = await read()
        if (!result.done) look(result.value)
        return result
      },
    })
  }
  Object.assign(body, { getReader: getWatchedReader })
}
