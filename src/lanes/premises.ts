import { lookup } from 'node:dns/promises'
import { hostOf, isAddress, isLoopback, isPrivateAddress } from '../config/endpoint.ts'
import { OffPremises, RuntimeUnreachable } from '../runtimes/failures.ts'

/** Addresses of a host name; node's own lookup outside tests. */
export type Resolve = (host: string) => Promise<readonly string[]>

const resolveByDns: Resolve = async (host) => (await lookup(host, { all: true })).map(({ address }) => address)

/**
 * Makes sure that a runtime which the config calls local is on the premises: all addresses of its host are this
 * machine's or private. @throws OffPremises before anything was sent; RuntimeUnreachable where the name is unknown
 */
export async function requireOnPremises(endpoint: string, resolve: Resolve = resolveByDns): Promise<void> {
  const host = hostOf(endpoint)
  if (isLoopback(endpoint) || isPrivateAddress(host)) return
  const addresses = isAddress(host) ? [host] : await addressesOf(host, endpoint, resolve)
  const outside = addresses.find((address) => !isPrivateAddress(address))
  if (outside === undefined) return
  throw new OffPremises(
    `${host} has the public address ${outside}, so prompts would leave the premises, and nothing was sent. ` +
      "Write location: cloud, or the server's private address",
    { endpoint, address: outside },
  )
}

async function addressesOf(host: string, endpoint: string, resolve: Resolve): Promise<readonly string[]> {
  try {
    return await resolve(host)
  } catch (cause) {
    throw new RuntimeUnreachable(`no address is known for ${host}. Correct the endpoint`, { endpoint }, { cause })
  }
}
