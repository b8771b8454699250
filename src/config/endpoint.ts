import { BlockList, isIP } from 'node:net'
import type { RuntimeConfig, RuntimeKind } from './schema.ts'

/** Where each kind of server listens when nobody says otherwise. */
export const usualEndpoints: Readonly<Record<Exclude<RuntimeKind, 'embedded'>, string>> = {
  ollama: 'http://127.0.0.1:11434',
  'llama-server': 'http://127.0.0.1:8080',
  'lm-studio': 'http://127.0.0.1:1234',
  vllm: 'http://127.0.0.1:8000',
  'openai-compatible': 'https://api.openai.com/v1',
}

/** Base URL of a runtime that is spoken to over HTTP; undefined for the embedded one. */
export function endpointOf(runtime: RuntimeConfig): string | undefined {
  return runtime.kind === 'embedded' ? undefined : (runtime.endpoint ?? usualEndpoints[runtime.kind])
}

/** The host of a URL, without the brackets of IPv6. @throws TypeError where it is no URL */
export function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[|\]$/g, '')
}

/** Whether an endpoint is on this machine. */
export function isLoopback(url: string): boolean {
  const host = hostOf(url)
  return host === 'localhost' || host.endsWith('.localhost') || host === '0.0.0.0' || isIn(loopback, host)
}

/** Whether a runtime is on this machine: the embedded one, and servers on loopback. */
export function isOnThisMachine(runtime: RuntimeConfig): boolean {
  const endpoint = endpointOf(runtime)
  return endpoint === undefined || isLoopback(endpoint)
}

/** Whether an IP address belongs to this machine or to a private network (RFC 1918, 4193, 3927, 4291, 6598). */
export function isPrivateAddress(address: string): boolean {
  return isIn(loopback, address) || isIn(premises, address)
}

/** Whether an IP address is this machine's own, which no other machine reaches (RFC 1122, 4291). */
export const isLoopbackAddress = (address: string): boolean => isIn(loopback, address)

/** Whether a host is written as an IP address. */
export const isAddress = (host: string): boolean => isIP(host) !== 0

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')
const premises = new BlockList()
for (const [network, prefix] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
  ['100.64.0.0', 10],
] as const) {
  premises.addSubnet(network, prefix, 'ipv4')
}
premises.addSubnet('fc00::', 7, 'ipv6')
premises.addSubnet('fe80::', 10, 'ipv6')
premises.addAddress('0.0.0.0', 'ipv4')

function isIn(list: BlockList, address: string): boolean {
  const version = isIP(address)
  return version !== 0 && list.check(address, version === 6 ? 'ipv6' : 'ipv4')
}
