/** Where a wire tap passes requests to. */
export interface TapTarget {
  readonly secure: boolean
  readonly hostname: string
  readonly port: number
  /** As the header Host has it. */
  readonly host: string
  /** Put before the path of every request; no slash at its end. */
  readonly prefix: string
}

/** Bytes of a message's head that are taken, in both directions: more than the servers behind a tap take. */
export const maxHeaderSize = 128 * 1024

/** Throws a TypeError where the text is no URL, or one of another kind than http and https. Pure. */
export function readTarget(target: string): TapTarget {
  const url = new URL(target)
  const secure = url.protocol === 'https:'
  if (!secure && url.protocol !== 'http:')
    throw new TypeError(
      `a wire tap passes requests to http and https only, not to ${url.protocol}. Correct the endpoint`,
    )
  return {
    secure,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    host: url.host,
    prefix: url.pathname.replace(/\/+$/, ''),
  }
}
