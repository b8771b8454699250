/**
 * The URL that OLLAMA_HOST stands for, read as Ollama itself reads it (envconfig.Host, v0.31.0): scheme and port may
 * be left out, `0.0.0.0` is where a server listens and so is this machine for a client. Undefined where it names no host.
 */
export function ollamaUrl(value: string): string | undefined {
  const text = value.trim().replace(/^["']|["']$/g, '')
  if (text === '') return undefined
  const [, scheme, rest = ''] = /^(?:([a-z]+):\/\/)?(.*)$/i.exec(text) ?? []
  const secure = scheme?.toLowerCase() === 'https' || (scheme === undefined && rest === 'ollama.com')
  const usualPort = secure ? '443' : scheme === undefined ? '11434' : '80'
  const slash = rest.indexOf('/')
  const place = slash < 0 ? rest : rest.slice(0, slash)
  const path = slash < 0 ? '' : rest.slice(slash)
  const { host, port } = splitPort(place)
  const named = host === '' || host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  const portNumber = Number(port)
  const usable = port !== '' && Number.isInteger(portNumber) && portNumber >= 0 && portNumber <= 65_535
  const url = `${secure ? 'https' : 'http'}://${named.includes(':') ? `[${named}]` : named}:${usable ? port : usualPort}${path}`
  return URL.canParse(url) ? url.replace(/\/+$/, '') : undefined
}

function splitPort(place: string): { host: string; port: string } {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(place)
  if (bracketed) return { host: bracketed[1] ?? '', port: bracketed[2] ?? '' }
  const parts = place.split(':')
  return parts.length === 2 ? { host: parts[0] ?? '', port: parts[1] ?? '' } : { host: place, port: '' }
}
