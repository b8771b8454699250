/** What passed through a watched fetch. */
export interface Watch {
  readonly fetch: typeof globalThis.fetch
  /** performance.now() at the moment the request was handed to the network; undefined before. */
  readonly sentAt: () => number | undefined
  /** Content type of the response, once its headers came. */
  readonly contentType: () => string | undefined
  /** Whether the event stream ended with `data: [DONE]`, which clients swallow. */
  readonly sawDone: () => boolean
}

/** Wraps a fetch for one streamed request, to see what the client library does not tell. */
export function watchFetch(fetch: typeof globalThis.fetch): Watch {
  let sentAt: number | undefined
  let contentType: string | undefined
  let tail = ''
  let done = false
  const decoder = new TextDecoder()
  const look = (bytes: Uint8Array) => {
    tail = (tail + decoder.decode(bytes, { stream: true })).slice(-Math.max(64, bytes.length))
    done ||= /(^|\n)data: ?\[DONE\]/.test(tail)
  }
  return {
    sentAt: () => sentAt,
    contentType: () => contentType,
    sawDone: () => done,
    fetch: async (input, init) => {
      sentAt = performance.now()
      const response = await fetch(input, init)
      contentType = response.headers.get('content-type') ?? ''
      if (!response.body) return response
      const watched = response.body.pipeThrough(
        new TransformStream<Uint8Array, Uint8Array>({
          transform(bytes, controller) {
            look(bytes)
            controller.enqueue(bytes)
          },
        }),
      )
      return new Response(watched, {
        status: response.status,
        statusText: response.statusText,
        headers: response.headers,
      })
    },
  }
}
