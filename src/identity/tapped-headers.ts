/**
 * Headers that are about one connection, not about the message (RFC 9110, 7.6.1). `Keep-Alive` of an answer is passed
 * on all the same: the tap ties the two connections together, so what is said about one is true of the other.
 */
const ofTheConnection = ['connection', 'proxy-connection', 'transfer-encoding', 'te', 'trailer', 'upgrade']

const bodiless = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE'])

/** Names and values in turn, as node:http's `rawHeaders` has them. */
export type RawHeaders = readonly string[]

/**
 * Headers of a request as the target is to get them: the rest as it was written, Host the target's, and the same way to
 * tell the length of the body. Pure.
 */
export function headersForTarget(raw: RawHeaders, method: string, host: string): string[] {
  // The tap's own server has already told the client to go on.
  const passed = without(raw, ['host', 'keep-alive', 'expect'])
  const chunked = valuesOf(raw, 'transfer-encoding').length > 0
  // node:http would give a request without a body a chunked one, where its method usually has a body.
  const empty = !chunked && valuesOf(raw, 'content-length').length === 0 && !bodiless.has(method)
  const length = chunked ? ['Transfer-Encoding', 'chunked'] : empty ? ['Content-Length', '0'] : []
  return ['Host', host, ...passed, ...length, ...closing(raw)]
}

/** Headers of an answer as the client is to get them. Pure. */
export function headersForClient(raw: RawHeaders, options: { readonly newLength: boolean }): string[] {
  return [...without(raw, options.newLength ? ['content-length'] : []), ...closing(raw)]
}

/** Who ends a connection after a message ends both. */
function closing(raw: RawHeaders): string[] {
  return listed(raw).includes('close') ? ['Connection', 'close'] : []
}

function without(raw: RawHeaders, names: readonly string[]): string[] {
  const left = new Set([...ofTheConnection, ...names, ...listed(raw).filter((name) => name !== 'keep-alive')])
  return pairs(raw).flatMap(([name, value]) => (left.has(name.toLowerCase()) ? [] : [name, value]))
}

/** Names in `Connection`: headers that are about this connection only. */
function listed(raw: RawHeaders): string[] {
  return valuesOf(raw, 'connection').flatMap((value) => value.split(',').map((each) => each.trim().toLowerCase()))
}

function valuesOf(raw: RawHeaders, wanted: string): string[] {
  return pairs(raw).flatMap(([name, value]) => (name.toLowerCase() === wanted ? [value] : []))
}

function pairs(raw: RawHeaders): [name: string, value: string][] {
  const found: [string, string][] = []
  for (let index = 0; index + 1 < raw.length; index += 2) found.push([raw[index] ?? '', raw[index + 1] ?? ''])
  return found
}
