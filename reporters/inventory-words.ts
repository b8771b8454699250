import type { InventoryFacts, InventoryModel, InventoryRuntime } from '../src/evidence/inventory-schema.ts'
import { megabytes } from '../src/gates/wording.ts'

/** The words of an inventory that terminal and memo share. Pure. */

/** `ready`, or what is wrong. */
export function stateOf({ state, failure }: InventoryRuntime): string {
  return failure ? `${state}: ${failure.code}` : state.replace('-', ' ')
}

/** Addresses, or that they cannot be seen. */
export function listensOn({ listening, state, location }: InventoryRuntime): string {
  if (listening && listening.length > 0) return [...new Set(listening.map(({ address }) => address))].join(', ')
  if (state === 'in-process' || location === 'cloud' || listening) return '–'
  return 'unknown'
}

/** `8192 of 131072`: in force, else configured, of what it was trained for. */
export function contextText({ context_in_force, context_configured, context_trained }: InventoryModel): string {
  const used = context_in_force ?? context_configured
  if (used === undefined) return context_trained === undefined ? '–' : `${context_trained}`
  return context_trained === undefined || context_trained === used ? `${used}` : `${used} of ${context_trained}`
}

/** `134.5M`; a plain count is shortened, what the runtime wrote stays. */
export function parametersText({ parameters }: InventoryModel): string {
  if (parameters === undefined) return '–'
  const count = Number(parameters)
  if (!Number.isFinite(count) || count < 1e6) return parameters
  return count < 1e9 ? `${(count / 1e6).toFixed(1)}M` : `${(count / 1e9).toFixed(1)}B`
}

/** System, processor, memory, cards, power, in one line. */
export function hardwareText({ hardware }: InventoryFacts): string {
  const { operating_system, cpu, cores, memory_bytes, memory_used_bytes, gpus, power, battery_percent } = hardware
  return [
    operating_system,
    `${cpu}, ${cores} cores`,
    `${megabytes(memory_bytes)}${memory_used_bytes === undefined ? '' : ` of memory, ${megabytes(memory_used_bytes)} used`}`,
    gpus === undefined ? 'graphics not known' : gpus.length === 0 ? 'no GPU seen' : gpus.join(', '),
    power === undefined
      ? 'power not known'
      : `${power === 'battery' ? 'on battery' : power === 'mains' ? 'on mains' : 'no battery'}${battery_percent === undefined ? '' : ` (${battery_percent} %)`}`,
  ].join('; ')
}

/** What one place of a client says. */
export function clientText({
  libraries = [],
  endpoints = [],
  tags = [],
  environment_names = [],
  secret,
}: NonNullable<InventoryFacts['clients']>['paths'][number]): string {
  return [
    ...libraries,
    ...endpoints,
    ...tags.map((tag) => `model ${tag}`),
    ...environment_names.map((name) => `$${name}`),
    ...(secret ? ['a literal that looks like a secret'] : []),
  ].join(', ')
}
