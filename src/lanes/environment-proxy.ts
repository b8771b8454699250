type Environment = Readonly<Record<string, string | undefined>>

/**
 * The proxy that Node itself would send a request through; undefined where it goes straight. Node reads HTTP_PROXY,
 * HTTPS_PROXY and NO_PROXY only where NODE_USE_ENV_PROXY or --use-env-proxy asks for it (Node 24). Pure.
 */
export function environmentProxy(
  url: string,
  environment: Environment = process.env,
  flags: readonly string[] = process.execArgv,
): string | undefined {
  const options = [...flags, ...(environment.NODE_OPTIONS ?? '').split(/\s+/)]
  if (environment.NODE_USE_ENV_PROXY !== '1' && !options.includes('--use-env-proxy')) return undefined
  const { protocol, hostname, port } = new URL(url)
  const http = environment.http_proxy ?? environment.HTTP_PROXY
  const https = environment.https_proxy ?? environment.HTTPS_PROXY
  const proxy = protocol === 'https:' ? (https ?? http) : http
  if (!proxy) return undefined
  const exempt = (environment.no_proxy ?? environment.NO_PROXY ?? '').split(/[,\s]+/).filter(Boolean)
  const usual = protocol === 'https:' ? '443' : '80'
  return exempt.some((entry) => isExempt(entry.toLowerCase(), hostname, port || usual)) ? undefined : proxy
}

/** An entry of NO_PROXY as Node reads it: a host with its subdomains, with or without a port; `*` is all. */
function isExempt(entry: string, hostname: string, port: string): boolean {
  if (entry === '*') return true
  const [, name = entry, itsPort] = /^(.+):(\d+)$/.exec(entry) ?? []
  if (itsPort !== undefined && itsPort !== port) return false
  const host = name.replace(/^\*?\./, '')
  const bare = hostname.replace(/^\[|\]$/g, '')
  return hostname === host || bare === host || bare.endsWith(`.${host}`)
}
