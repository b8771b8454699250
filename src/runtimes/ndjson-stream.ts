/**
 * The same bytes, line by line shown to `look` before they go on. Client libraries skip a line that is no JSON and hide
 * an error line's cause; here `look` can throw, and the reader of the stream gets that error. `atEnd` is called
 * after the last line, with what came after the last line break (a line that was cut, or nothing).
 */
export function watchLines(
  body: ReadableStream<Uint8Array>,
  look: (line: string) => void,
  atEnd: (rest: string) => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read()
        if (done) {
          atEnd(rest + decoder.decode())
          return controller.close()
        }
        const lines = (rest + decoder.decode(value, { stream: true })).split('\n')
        rest = lines.pop() ?? ''
        try {
          for (const line of lines) if (line.trim() !== '') look(line)
        } catch (error) {
          reader.cancel(error).catch(() => {})
          throw error
        }
        controller.enqueue(value)
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}
