import { basename } from 'node:path'
import type { ModelDescription } from '../runtimes/runtime.ts'
import type { Observation } from './prove.ts'
import { isExpectedName } from './response-name.ts'

/** What of an observation cannot be true together, or is not what was asked for; the gravest first. Pure. */
export function contradictionsOf(observation: Observation): string[] {
  const { before, after, requested_model, response_model, expected_response, location, weights } = observation
  const declared = after ?? before
  const found: (string | undefined)[] = [
    location === 'local' && declared?.served_elsewhere !== undefined
      ? `the lane is local, and its runtime has the tag served elsewhere: ${declared.served_elsewhere}`
      : undefined,
    gatewayContradiction(observation),
    declared && declared.tag !== requested_model
      ? `asked for ${requested_model}, the runtime declares ${declared.tag}`
      : undefined,
    !declared && response_model !== undefined && !isExpectedName(response_model, requested_model, expected_response)
      ? `asked for ${expected_response ?? requested_model}, the response names ${response_model}`
      : undefined,
    before && after ? change(before, after) : undefined,
    weights?.holding === 'replaced'
      ? 'the serving process has another file in memory than the one that lies at its path now'
      : undefined,
    ...(weights?.files ?? []).map(corruption),
    pinContradiction('the weights are', observation.expected_weights, weights?.sha256),
    pinContradiction('the digest of the tag is', observation.expected_digest, declared?.digest),
  ]
  return found.filter((each) => each !== undefined)
}

function gatewayContradiction({ gateway, location }: Observation): string | undefined {
  if (!gateway) return undefined
  const told = Object.entries(gateway)
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ')
  if (location === 'local') return `the lane is local, and its answer came through a gateway (${told})`
  return Number(gateway['x-litellm-attempted-fallbacks'] ?? 0) > 0
    ? `the gateway fell back to another deployment (${told})`
    : undefined
}

const sizes = ['parameters', 'quantization'] as const

/** What the runtime says of the model before and after an answer must be the same. */
function change(before: ModelDescription, after: ModelDescription): string | undefined {
  if (before.digest !== after.digest) return 'the tag came to mean another model while the answer was made'
  if (!hasSameFiles(before, after) || (wasReloaded(before, after) && !isContentAddressed(after)))
    return 'the weights were loaded anew while the answer was made'
  const adapters = [before, after].map((each) => JSON.stringify(each.adapters))
  if (adapters[0] !== adapters[1]) return 'the adapters changed while the answer was made'
  if (sizes.some((size) => before[size] !== undefined && after[size] !== undefined && before[size] !== after[size]))
    return 'the model had other parameters or another quantization after the answer than before'
  if (before.template_sha256 !== after.template_sha256)
    return 'the template or system prompt changed while the answer was made'
  return undefined
}

/**
 * The runtime holds another load after an answer than before: another request, with other options, made it load the
 * weights anew, or another server took over. Pure.
 */
export function wasReloaded(before: ModelDescription, after: ModelDescription): boolean {
  return before.load_id !== after.load_id
}

function hasSameFiles(before: ModelDescription, after: ModelDescription): boolean {
  return before.weights_files?.join('\0') === after.weights_files?.join('\0')
}

/** Files of these names cannot have been others before: whoever loaded them anew has loaded the same. */
function isContentAddressed({ weights_files = [] }: ModelDescription): boolean {
  return weights_files.length > 0 && weights_files.every((file) => blobName.test(basename(file)))
}

const blobName = /^sha256-([0-9a-f]{64})$/

/** Ollama names a blob by the hash of its content. */
function corruption({ file, sha256 }: { file: string; sha256: string }): string | undefined {
  const [, named] = blobName.exec(basename(file)) ?? []
  return named === undefined || named === sha256
    ? undefined
    : `the weight file ${basename(file).slice(0, 19)}… is corrupt: its content hashes to ${sha256.slice(0, 12)}…`
}

function pinContradiction(what: string, pin: string | undefined, seen: string | undefined): string | undefined {
  const expected = pin?.replace('sha256:', '')
  return expected === undefined || seen === undefined || expected === seen
    ? undefined
    : `${what} sha256:${seen.slice(0, 12)}…, the config expects sha256:${expected.slice(0, 12)}…`
}
