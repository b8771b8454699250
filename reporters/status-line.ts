/** One line at the bottom of a terminal that is rewritten in place; whole lines go above it. */
export interface StatusLine {
  update(text: string): void
  clear(): void
}

/** On anything but a terminal it shows nothing: plain lines say the same there. */
export function createStatusLine(stream: NodeJS.WriteStream): StatusLine {
  let shown = false
  return {
    update(text) {
      const width = (stream.columns ?? 80) - 1
      stream.write(`\r\u001b[2K${text.length > width ? `${text.slice(0, width - 1)}…` : text}`)
      shown = true
    },
    clear() {
      if (shown) stream.write('\r\u001b[2K')
      shown = false
    },
  }
}
