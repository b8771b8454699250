import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { rememberedHash } from '../cache/hash-file.ts'
import { endpointOf, isLoopback } from '../config/endpoint.ts'
import type { BenchConfig } from '../config/schema.ts'
import type { InventoryModel, InventoryRuntime } from '../evidence/inventory-schema.ts'
import { openRuntime, type ServerConfig } from '../lanes/open-runtime.ts'
import { requireOnPremises } from '../lanes/premises.ts'
import { catalogue } from '../runtimes/embedded/catalogue.ts'
import { weightsPath } from '../runtimes/embedded/ensure-weights.ts'
import { plainEndpoint, withoutV1 } from '../runtimes/endpoint-url.ts'
import { asRuntimeFailure, DeadlineExceeded, OffPremises, Unauthorised } from '../runtimes/failures.ts'
import type { ModelDescription, ModelListing, Runtime } from '../runtimes/runtime.ts'
import type { ListeningAt } from './listening-at.ts'
import { firstOfEachPlace, placeKey, placesToLook } from './places.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What the survey of one runtime needs to know. */
interface Survey {
  readonly environment: Environment
  /** Tags that lanes ask for: described first, never left out of long lists. */
  readonly wanted: ReadonlySet<string>
  readonly listening: ListeningAt
  /** The moment (performance.now) at which all is given up that is not there yet. */
  readonly end: number
}

/** Longer lists are cut; a cloud may have hundreds. */
const mostModels = 200
/** Asked one by one, which takes a file's header each. */
const mostDescribed = 60
const atOnce = 4
const longestMessage = 400

/**
 * Asks all runtimes of the config, the usual endpoints and those that the environment names, in parallel and within a
 * deadline, for state, version and models; no model is asked, nothing is loaded. Keys go to the configured endpoint
 * only, and nothing to one that is called local and is not on the premises.
 */
export async function surveyRuntimes(
  config: BenchConfig,
  root: string,
  { environment, listening, deadline_ms }: Pick<Survey, 'environment' | 'listening'> & { readonly deadline_ms: number },
): Promise<InventoryRuntime[]> {
  const end = performance.now() + deadline_ms
  const survey: Survey = {
    environment,
    listening,
    end,
    wanted: new Set(Object.values(config.lanes).map(({ model }) => model)),
  }
  const named = Object.entries(config.runtimes)
  const places = new Set(named.map(([, runtime]) => placeKey(endpointOf(runtime))))
  const others = firstOfEachPlace(placesToLook(environment)).filter(({ endpoint }) => !places.has(placeKey(endpoint)))
  return await Promise.all([
    ...named.map(async ([name, runtime]) =>
      runtime.kind === 'embedded'
        ? await embedded(config, root, name)
        : await askServer(runtime, [name], survey).catch((error: unknown) => failed(runtime, [name], error, survey)),
    ),
    ...others.map(({ endpoint, kinds, variable }) => askPlace(endpoint, kinds, variable !== undefined, survey)),
  ])
}

/** What answers at a place that the config does not name. */
async function askPlace(
  endpoint: string,
  kinds: readonly ServerConfig['kind'][],
  isNamed: boolean,
  survey: Survey,
): Promise<InventoryRuntime> {
  let last: { readonly server: ServerConfig; readonly error: unknown } | undefined
  for (const kind of kinds) {
    const server: ServerConfig = {
      kind,
      endpoint: kind === 'openai-compatible' ? endpoint : withoutV1(endpoint),
      location: 'local',
    }
    try {
      return await askServer(server, [], survey)
    } catch (error) {
      const tells = [DeadlineExceeded, OffPremises, Unauthorised].some((type) => error instanceof type)
      if (tells || !last) last = { server, error }
      if (tells) break
    }
  }
  const { server, error } = last as NonNullable<typeof last>
  const facts = failed(server, [], error, survey)
  const isAbsent = !isNamed && !['deadline-exceeded', 'unauthorised'].includes(facts.failure?.code ?? '')
  if (!isAbsent) return facts
  const { failure: _failure, ...rest } = facts
  return { ...rest, state: 'absent' }
}

async function askServer(server: ServerConfig, names: readonly string[], survey: Survey): Promise<InventoryRuntime> {
  const endpoint = endpointOf(server) as string
  const isLocal = server.location === 'local'
  const started = performance.now()
  if (isLocal) await within(requireOnPremises(endpoint), survey, endpoint)
  const runtime = openRuntime(server, survey.environment)
  const { state, version } = await runtime.health(call(survey))
  const base = {
    ...about(server, names),
    state,
    ...(version !== undefined && { version: version.slice(0, 200) }),
    answer_ms: Math.round(performance.now() - started),
    ...listeningPart(survey, endpoint, isLocal, true),
  }
  if (state === 'loading') return { ...base, models: [] }
  const listed = await runtime.list(call(survey))
  const kept = keep(listed, survey.wanted, isLocal)
  const described = isLocal ? await describeSome(runtime, kept, survey) : new Map<string, ModelDescription>()
  const models = kept.map((listing) => modelOf(listing, described.get(listing.tag), isLoopback(endpoint)))
  return { ...base, models_listed: listed.length, models: await Promise.all(models) }
}

function failed(server: ServerConfig, names: readonly string[], error: unknown, survey: Survey): InventoryRuntime {
  const { code, message } = asRuntimeFailure(error)
  return {
    ...about(server, names),
    state: code === 'off-premises' ? 'not-asked' : 'failed',
    failure: { code, message: message.slice(0, longestMessage) },
    ...listeningPart(survey, endpointOf(server) as string, server.location === 'local', false),
    models: [],
  }
}

function about(
  server: ServerConfig,
  names: readonly string[],
): Pick<InventoryRuntime, 'kind' | 'names' | 'endpoint' | 'location'> {
  return {
    kind: server.kind,
    names: [...names],
    endpoint: plainEndpoint(endpointOf(server) as string),
    location: server.location,
  }
}

function listeningPart(
  { listening }: Survey,
  endpoint: string,
  isLocal: boolean,
  answered: boolean,
): Pick<InventoryRuntime, 'listening'> {
  const found = isLocal ? listening(endpoint, answered) : undefined
  return found ? { listening: found } : {}
}

const call = ({ end }: Survey) => ({ deadline_ms: Math.max(1, Math.round(end - performance.now())) })

/** A name may take seconds to look up. */
async function within(work: Promise<void>, survey: Survey, endpoint: string): Promise<void> {
  const { deadline_ms } = call(survey)
  const late = new Promise<'late'>((done) => setTimeout(done, deadline_ms, 'late').unref())
  if ((await Promise.race([work, late])) !== 'late') return
  throw new DeadlineExceeded(`no address was found for ${plainEndpoint(endpoint)} within ${deadline_ms} ms`, {
    endpoint,
  })
}

/** Those of lanes first, then in the server's order; of a cloud only those of lanes, where it has them. */
function keep(listed: readonly ModelListing[], wanted: ReadonlySet<string>, isLocal: boolean): ModelListing[] {
  const once = [...new Map(listed.map((each) => [each.tag, each])).values()]
  const [ours, others] = [once.filter(({ tag }) => wanted.has(tag)), once.filter(({ tag }) => !wanted.has(tag))]
  return isLocal ? [...ours, ...others].slice(0, mostModels) : ours.length > 0 ? ours : others.slice(0, 20)
}

async function describeSome(
  runtime: Runtime,
  models: readonly ModelListing[],
  survey: Survey,
): Promise<Map<string, ModelDescription>> {
  const waiting = models.filter((each) => each.served_elsewhere === undefined).slice(0, mostDescribed)
  const described = new Map<string, ModelDescription>()
  async function work(): Promise<void> {
    for (let next = waiting.shift(); next && performance.now() < survey.end; next = waiting.shift()) {
      const { tag } = next
      // What it lists stands; a model that it cannot describe lacks these fields.
      const description = await runtime.describe(tag, call(survey)).catch(() => undefined)
      if (description) described.set(tag, description)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return described
}

async function modelOf(
  listing: ModelListing,
  description: ModelDescription | undefined,
  isHere: boolean,
): Promise<InventoryModel> {
  const files = description?.weights_files ?? []
  const claimed = description?.weights_claimed_sha256
  const weights_sha256 =
    claimed ?? (isHere && files.length === 1 ? await rememberedHash(files[0] as string) : undefined)
  const loaded = listing.loaded ?? (description && description.context_in_force !== undefined)
  const found: { readonly [Key in keyof InventoryModel]: InventoryModel[Key] | undefined } = {
    tag: listing.tag,
    digest: listing.digest ?? description?.digest,
    weights_sha256,
    parameters: listing.parameters ?? description?.parameters,
    quantization: listing.quantization ?? description?.quantization,
    context_trained: description?.context_trained ?? listing.context_trained,
    context_configured: description?.context_configured,
    context_in_force: description?.context_in_force ?? listing.context_in_force,
    size_bytes: listing.size_bytes,
    modified_at: listing.modified_at,
    loaded,
    chats: listing.chats === false ? false : undefined,
    served_elsewhere: listing.served_elsewhere,
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as InventoryModel
}

/** The engine runs only while a run needs it; what can be told are the files of its lanes. */
async function embedded(config: BenchConfig, root: string, name: string): Promise<InventoryRuntime> {
  const lanes = Object.values(config.lanes).filter(({ runtime }) => runtime === name)
  const files = new Map(
    lanes.flatMap(({ model, weights_file }) => {
      const built = catalogue.find(({ tag }) => tag === model)
      const file = weights_file !== undefined ? resolve(root, weights_file) : built && weightsPath(built)
      const facts = file === undefined ? undefined : statSync(file, { throwIfNoEntry: false })
      return facts?.isFile() ? [[model, { file: file as string, size_bytes: facts.size }] as const] : []
    }),
  )
  const models = [...files].map(async ([tag, { file, size_bytes }]): Promise<InventoryModel> => {
    const weights_sha256 = await rememberedHash(file)
    return { tag, ...(weights_sha256 !== undefined && { weights_sha256 }), size_bytes, loaded: false }
  })
  return { kind: 'embedded', names: [name], location: 'local', state: 'in-process', models: await Promise.all(models) }
}
