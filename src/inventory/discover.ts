import { endpointOf } from '../config/endpoint.ts'
import { noUrl } from '../config/environment.ts'
import { openaiBaseUrl } from '../config/openai-base-url.ts'
import { type BenchConfig, laneSchema } from '../config/schema.ts'
import { isSameTag } from '../config/tag.ts'
import type { DiscoveredRuntime } from '../config/with-discovered.ts'
import { openRuntime, type ServerConfig } from '../lanes/open-runtime.ts'
import { requireOnPremises } from '../lanes/premises.ts'
import { withoutV1 } from '../runtimes/endpoint-url.ts'
import { DeadlineExceeded, OffPremises, Unauthorised } from '../runtimes/failures.ts'
import type { ModelListing } from '../runtimes/runtime.ts'
import { firstOfEachPlace, type Place, placeKey, placesToLook } from './places.ts'
import { type Remark, remarkOnMany, remarkOnUnknownKind, remarkOnWanted } from './remarks.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What discovery found and what it left alone, in words for people. */
export interface Discovery {
  readonly found: readonly DiscoveredRuntime[]
  readonly remarks: readonly Remark[]
}

/** A server on this machine answers at once or is not there; a closed port is refused within a millisecond. */
const deadline_ms = 1_000
/**
 * Looks for runtimes at their usual endpoints on this machine, at OLLAMA_HOST and at OPENAI_BASE_URL, and asks for their
 * models. LOCAL_MODEL_TAG narrows the models to the one that it names. An endpoint that the config names is left to
 * the config, and one that is not on the premises is never asked: cloud lanes are the config's alone. No key is sent.
 */
export async function discover(config: BenchConfig, environment: Environment): Promise<Discovery> {
  const named = new Set(Object.values(config.runtimes).map((runtime) => placeKey(endpointOf(runtime))))
  const places = firstOfEachPlace(placesToLook(environment)).filter(({ endpoint }) => !named.has(placeKey(endpoint)))
  const looks = await Promise.all(places.map((place) => lookAt(place, environment)))
  const found = looks.flatMap((look) => (look && 'found' in look ? [look.found] : []))
  const wanted = environment.LOCAL_MODEL_TAG
  const base = environment.OPENAI_BASE_URL?.trim()
  return {
    found: wanted
      ? found.map((each) => ({ ...each, models: each.models.filter((tag) => isSameTag(tag, wanted)) }))
      : found,
    remarks: [
      ...(base && openaiBaseUrl(base) === undefined
        ? [{ what: `OPENAI_BASE_URL ${noUrl}, so nothing was looked for there.`, remedy: 'Correct it, or unset it.' }]
        : []),
      ...looks.flatMap((look) => (look && 'remark' in look ? [look.remark] : [])),
      ...remarkOnUnknownKind(config, found),
      ...remarkOnMany(found, wanted),
      ...remarkOnWanted(config, found, wanted),
    ],
  }
}

type Look = { readonly found: DiscoveredRuntime } | { readonly remark: Remark } | undefined

/** What answers at a place. Undefined where nothing does, or nothing of these kinds. */
async function lookAt(place: Place, environment: Environment): Promise<Look> {
  const { endpoint, kinds, variable } = place
  const at = `${origin(endpoint)}${variable === undefined ? '' : `, named by ${variable},`}`
  const outside = await whyNotAsked(endpoint)
  if (outside) return variable === undefined ? undefined : { remark: outside(at) }
  let wantsKey = false
  for (const kind of kinds) {
    const server: ServerConfig = {
      kind,
      endpoint: kind === 'openai-compatible' ? endpoint : withoutV1(endpoint),
      location: 'local',
    }
    try {
      const runtime = openRuntime(server, environment)
      if ((await runtime.health({ deadline_ms })).state === 'loading') {
        return {
          remark: {
            what: `${kind} at ${at} is still loading its model, so it did not join.`,
            remedy: 'Run again when it is ready.',
          },
        }
      }
      const tags = (await runtime.list({ deadline_ms })).filter(isLocalChat).map(({ tag }) => tag)
      // Sorted: servers list them by their age, and a lane's name must not depend on that.
      const models = [...new Set(tags)].sort().filter((tag) => laneSchema.shape.model.safeParse(tag).success)
      return { found: { kind, endpoint: server.endpoint as string, models } }
    } catch (error) {
      // Not there, or not of this kind: discovery reports what answers, and a lane that is named says why it does not.
      if (error instanceof DeadlineExceeded) {
        return {
          remark: {
            what: `Something listens at ${at} and did not answer within ${deadline_ms / 1000} s, so it did not join.`,
            remedy: 'Look into its log, or make it a runtime of the config: then it is waited for.',
          },
        }
      }
      wantsKey ||= error instanceof Unauthorised
    }
  }
  if (!wantsKey || variable === undefined) return undefined
  return {
    remark: {
      what: `The server at ${at} asks for a key, so it did not join.`,
      remedy: 'Make it a runtime of the config, with api_key_env.',
    },
  }
}

/** Words for a place that must not be asked; undefined where it is on the premises. */
async function whyNotAsked(endpoint: string): Promise<((at: string) => Remark) | undefined> {
  const late = new Promise<'late'>((resolve) => setTimeout(resolve, deadline_ms, 'late').unref())
  const checked = requireOnPremises(endpoint).catch((error: unknown) => error)
  const problem = await Promise.race([checked, late])
  if (problem === undefined) return undefined
  if (problem instanceof OffPremises) {
    return (at) => ({
      what: `${at} is not on the premises, so it was not asked.`,
      remedy: `Make it a runtime with location: cloud and a lane of the config, if its use is meant. (${problem.message})`,
    })
  }
  return (at) => ({
    what: `No address is known for ${at} so it was not asked.`,
    remedy: 'Correct the variable, or unset it.',
  })
}

function isLocalChat({ chats, served_elsewhere }: ModelListing): boolean {
  return chats !== false && served_elsewhere === undefined
}

const origin = (endpoint: string): string => new URL(endpoint).origin
