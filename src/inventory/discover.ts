import { endpointOf, hostOf, isLoopback, isPrivateAddress, usualEndpoints } from '../config/endpoint.ts'
import { ollamaUrl } from '../config/ollama-host.ts'
import type { BenchConfig } from '../config/schema.ts'
import type { DiscoveredRuntime } from '../config/with-discovered.ts'
import { openRuntime, type ServerConfig } from '../lanes/open-runtime.ts'
import type { ModelListing } from '../runtimes/runtime.ts'

type Environment = Readonly<Record<string, string | undefined>>
type ServerKind = DiscoveredRuntime['kind']

/** What is worth knowing, and what to do about it. */
export interface Remark {
  readonly what: string
  readonly remedy: string
}

/** What discovery found and what it left alone, in words for people. */
export interface Discovery {
  readonly found: readonly DiscoveredRuntime[]
  readonly remarks: readonly Remark[]
}

/** An endpoint, and what may answer there. */
interface Place {
  readonly endpoint: string
  readonly kinds: readonly ServerKind[]
}

/** A server on this machine answers at once or is not there; a closed port is refused within a millisecond. */
const deadline_ms = 1_000
/** Told apart by their own API; the plain one last, since all of them speak it. */
const anyKind = ['llama-server', 'vllm', 'lm-studio', 'ollama', 'openai-compatible'] as const

/**
 * Looks for runtimes at their usual endpoints on this machine, at OLLAMA_HOST and at OPENAI_BASE_URL, and asks for their
 * models. LOCAL_MODEL_TAG narrows the models to the one that it names. An endpoint that the config names is left to
 * the config, and one that is not on the premises is never asked: cloud lanes are the config's alone.
 */
export async function discover(config: BenchConfig, environment: Environment): Promise<Discovery> {
  const named = new Set(Object.values(config.runtimes).map((runtime) => origin(endpointOf(runtime))))
  const places = firstOfEachOrigin(placesToLook(environment)).filter(({ endpoint }) => !named.has(origin(endpoint)))
  const near = places.filter(({ endpoint }) => isNear(endpoint))
  const found = (await Promise.all(near.map((place) => lookAt(place, environment)))).flatMap((each) => each ?? [])
  const wanted = environment.LOCAL_MODEL_TAG
  return {
    found: wanted ? found.map((each) => ({ ...each, models: each.models.filter((tag) => isTag(tag, wanted)) })) : found,
    remarks: [
      ...places
        .filter((place) => !near.includes(place))
        .map(({ endpoint }) => ({
          what: `${origin(endpoint)} is named by the environment and is not on the premises, so it was not asked.`,
          remedy: 'Make it a runtime with location: cloud and a lane of the config, if its use is meant.',
        })),
      ...remarkOnWanted(config, found, wanted),
    ],
  }
}

function placesToLook({ OLLAMA_HOST = '', OPENAI_BASE_URL = '' }: Environment): Place[] {
  const base = OPENAI_BASE_URL.trim()
  return [
    { endpoint: ollamaUrl(OLLAMA_HOST) ?? usualEndpoints.ollama, kinds: ['ollama'] },
    { endpoint: usualEndpoints['llama-server'], kinds: ['llama-server'] },
    { endpoint: usualEndpoints['lm-studio'], kinds: ['lm-studio'] },
    { endpoint: usualEndpoints.vllm, kinds: ['vllm'] },
    ...(URL.canParse(base) ? [{ endpoint: base, kinds: anyKind }] : []),
  ]
}

/** OPENAI_BASE_URL may name the port where a server usually listens: then both its kinds may be there. */
function firstOfEachOrigin(places: readonly Place[]): Place[] {
  const byOrigin = Map.groupBy(places, ({ endpoint }) => origin(endpoint))
  return [...byOrigin.values()].map((same) => ({
    endpoint: (same.at(-1) as Place).endpoint,
    kinds: [...new Set(same.flatMap(({ kinds }) => kinds))],
  }))
}

async function lookAt({ endpoint, kinds }: Place, environment: Environment): Promise<DiscoveredRuntime | undefined> {
  for (const kind of kinds) {
    const server: ServerConfig = {
      kind,
      endpoint: kind === 'openai-compatible' ? endpoint : origin(endpoint),
      location: 'local',
    }
    try {
      const runtime = openRuntime(server, environment)
      await runtime.health({ deadline_ms })
      const models = (await runtime.list({ deadline_ms })).filter(isLocalChat).map(({ tag }) => tag)
      return { kind, endpoint: server.endpoint as string, models: [...new Set(models)] }
    } catch {
      // Not there, or not of this kind: discovery reports what answers, and a lane that is named says why it does not.
    }
  }
  return undefined
}

function isLocalChat({ chats, served_elsewhere }: ModelListing): boolean {
  return chats !== false && served_elsewhere === undefined
}

/** LOCAL_MODEL_TAG says which model this machine is to use; that nothing has it is worth knowing. */
function remarkOnWanted(
  config: BenchConfig,
  found: readonly DiscoveredRuntime[],
  wanted: string | undefined,
): Remark[] {
  if (!wanted) return []
  const known = [...found.flatMap(({ models }) => models), ...Object.values(config.lanes).map(({ model }) => model)]
  return known.some((tag) => isTag(tag, wanted))
    ? []
    : [
        {
          what: `LOCAL_MODEL_TAG asks for ${wanted}, which no lane and no runtime found here has.`,
          remedy: 'Fetch the model, correct the variable, or correct the lanes: else work meant for it goes elsewhere.',
        },
      ]
}

/** Ollama's `phi4-mini` means `phi4-mini:latest`. */
const isTag = (tag: string, wanted: string): boolean => tag === wanted || tag === `${wanted}:latest`

const isNear = (endpoint: string): boolean => isLoopback(endpoint) || isPrivateAddress(hostOf(endpoint))
const origin = (endpoint: string | undefined): string => (endpoint === undefined ? '' : new URL(endpoint).origin)
