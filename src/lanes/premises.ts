import { lookup } from 'node:dns/promises'
import { hostOf, isAddress, isPrivateAddress } from '../config/endpoint.ts'
import { OffPremises, RuntimeUnreachable } from '../runtimes/failures.ts'
import { localFetch } from '../runtimes/local-fetch.ts'
import { environmentProxy } from './environment-proxy.ts'

/** Addresses of a host name; node's own lookup outside tests. */
export type Resolve = (host: string) => Promise<readonly string[]>

const resolveByDns: Resolve = async (host) => (await lookup(host, { all: true })).map(({ address }) => address)

/**
 * Makes sure that a runtime which the config calls local is on the premises: all addresses of its host are this
 * machine's or private, and no proxy is in between. Names below `.localhost` are looked up like others: some systems
 * ask DNS for them. @throws OffPremises before anything was sent; RuntimeUnreachable where the name is unknown
 */
export async function requireOnPremises(endpoint: string, resolve: Resolve = resolveByDns): Promise<void> {
  const host = hostOf(endpoint)
  const proxy = environmentProxy(endpoint)
  if (proxy !== undefined) {
    throw new OffPremises(
      `requests to ${host} go through the proxy that the environment names, so prompts would reach it, and nothing was sent. ` +
        `Add ${host} to NO_PROXY, or unset NODE_USE_ENV_PROXY`,
      { endpoint },
    )
  }
  if (host === 'localhost') return
  const addresses = isAddress(host) ? [host] : await addressesOf(host, endpoint, resolve)
  const outside = addresses.find((address) => !isPrivateAddress(address))
  if (outside === undefined) return
  throw new OffPremises(
    `${host} has the public address ${outside}, so prompts would leave the premises, and nothing was sent. ` +
      "Write location: cloud, or the server's private address",
    { endpoint, address: outside },
  )
}

/** A fetch for one endpoint that looks its host's name up before every request: names may move while a run is on. */
export function fetchOnPremises(endpoint: string): typeof globalThis.fetch {
  if (isAddress(hostOf(endpoint))) return localFetch
  return async (input, init) => {
    await requireOnPremises(endpoint)
    return await localFetch(input, init)
  }
}

async function addressesOf(host: string, endpoint: string, resolve: Resolve): Promise<readonly string[]> {
  try {
    return await resolve(host)
  } catch (cause) {
    throw new RuntimeUnreachable(`no address is known for ${host}. Correct the endpoint`, { endpoint }, { cause })
  }
}
