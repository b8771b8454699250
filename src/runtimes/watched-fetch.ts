/** What passed through a watched fetch. */
export interface Watch {
  readonly fetch: typeof globalThis.fetch
  /** performance.now() at the moment the request was handed to the network; undefined before. */
  readonly sentAt: () => number | undefined
  /** Content type of the response, once its headers came. */
  readonly contentType: () => string | undefined
  /** Headers of the response, once they came. */
  readonly headers: () => Headers | undefined
  /** Whether the event stream ended with `data: [DONE]`, which clients swallow. */
  readonly sawDone: () => boolean
}

/** Wraps a fetch for one streamed request, to see what the client library does not tell. */
export function watchFetch(fetch: typeof globalThis.fetch): Watch {
  let sentAt: number | undefined
  let headers: Headers | undefined
  let tail = ''
  let done = false
  const decoder = new TextDecoder()
  const look = (bytes: Uint8Array) => {
    tail = (tail + decoder.decode(bytes, { stream: true })).slice(-Math.max(64, bytes.length))
    done ||= /(^|\n)data: ?\[DONE\]/.test(tail)
  }
  return {
    sentAt: () => sentAt,
    contentType: () => headers && (headers.get('content-type') ?? ''),
    headers: () => headers,
    sawDone: () => done,
    fetch: async (input, init) => {
      sentAt = performance.now()
      const response = await fetch(input, init)
      headers = response.headers
      if (!response.body) return response
      return new Response(watchBytes(response.body, look), {
        status: response.status,
        statusText: response.statusText,
        headers: response.headers,
      })
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
