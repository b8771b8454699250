import { shortTag } from '../config/tag.ts'
import { plainEndpoint } from './endpoint-url.ts'
import { ModelMissing, RequestRefused, RunnerDied, RuntimeFailure, UnexpectedResponse } from './failures.ts'
import { ollamaChat } from './ollama-chat.ts'
import { mapListedModel, mapLoadFacts, mapOllamaDescription, weightsFiles } from './ollama-description.ts'
import { loadFailed } from './ollama-failure.ts'
import { mapLoadRequest, mapRunner } from './ollama-mapping.ts'
import {
  emptyChatSchema,
  type RunningModel,
  runningSchema,
  type ShownModel,
  showSchema,
  tagsSchema,
  versionSchema,
} from './ollama-protocol.ts'
import { exchangeRaw } from './raw-exchange.ts'
import { type JsonServer, requestJson } from './request-json.ts'
import type { CallOptions, LoadFacts, LoadReport, LoadRequest, ModelDescription, Runtime } from './runtime.ts'
import type { ServingProcess } from './serving-process.ts'

export interface OllamaOptions {
  /** Base URL without /api or /v1, such as http://127.0.0.1:11434. */
  readonly endpoint: string
  readonly apiKey?: string
  readonly fetch?: typeof globalThis.fetch
  /**
   * Finds the process on this machine that has a blob in memory (the path is on its command line, as `--model`).
   * Without it, descriptions have no serving_pid and no load_id, so that weights loaded anew between two looks stay unseen.
   */
  readonly findRunner?: (blob: string) => Promise<ServingProcess | undefined>
}

/** How long an unloading runner is waited for. It may be answering somebody else, then Ollama ends it afterwards. */
const unloadPatience_ms = 2_000

/**
 * Ollama through its own API, which says more than its /v1: digests, weight files, context in force, durations.
 * One runner serves all tags of the same weights, and /api/ps names only the tag that loaded it, so runners are matched by
 * their weight files, not by name. No request can ask for a prompt to be evaluated anew.
 */
export function createOllamaRuntime(options: OllamaOptions): Runtime {
  const server: JsonServer = {
    server: 'Ollama',
    endpoint: plainEndpoint(options.endpoint),
    ...(options.apiKey !== undefined && { apiKey: options.apiKey }),
    ...(options.fetch && { fetch: options.fetch }),
  }
  /** Whether a tag's model can think, as its last description said. */
  const thinks = new Map<string, boolean>()

  async function show(tag: string, call: CallOptions): Promise<ShownModel> {
    return await requestJson({ ...server, tag }, '/api/show', showSchema, { ...call, body: { model: tag } })
  }

  async function tags(call: CallOptions) {
    return (await requestJson(server, '/api/tags', tagsSchema, call)).models
  }

  async function running(call: CallOptions): Promise<readonly RunningModel[]> {
    return (await requestJson(server, '/api/ps', runningSchema, call)).models
  }

  /** False for a tag that is not there: to refuse it is for the chat itself. */
  async function canThink(tag: string, call: CallOptions): Promise<boolean> {
    const shown = await show(tag, call).catch((error: unknown) => {
      if (error instanceof ModelMissing) return undefined
      throw error
    })
    if (!shown) return false
    const capable = shown.capabilities?.includes('thinking') ?? false
    thinks.set(tag, capable)
    return capable
  }

  /** What a manifest says, by its digest: the same digest is the same manifest, so it is read once. */
  const shownByDigest = new Map<string, ShownModel>()
  async function manifest(tag: string, digest: string | undefined, call: CallOptions): Promise<ShownModel> {
    const shown = (digest !== undefined && shownByDigest.get(digest)) || (await show(tag, call))
    if (digest !== undefined) shownByDigest.set(digest, shown)
    return shown
  }

  /** The version of the server, read anew whenever a runner was: a server that was replaced has no old runner. */
  let lastVersion: { readonly runner: string; readonly version: string } | undefined
  async function versionWith(runner: ServingProcess | undefined, call: CallOptions): Promise<string> {
    const key = JSON.stringify(runner)
    if (runner && lastVersion?.runner === key) return lastVersion.version
    const { version } = await requestJson(server, '/api/version', versionSchema, call)
    lastVersion = { runner: key, version }
    return version
  }

  /** All that the server says about a tag, at one moment as far as two requests can, once it was looked at before. */
  async function look(tag: string, call: CallOptions): Promise<ModelDescription> {
    const [listed, loaded] = await Promise.all([tags(call), running(call)])
    const digests = new Map(listed.map(({ name, digest }) => [name, digest]))
    const digest = digests.get(shortTag(tag))
    const shown = await manifest(tag, digest, call)
    thinks.set(tag, shown.capabilities?.includes('thinking') ?? false)
    const files = weightsFiles(shown.modelfile)
    const runner = await holderOf(files, digest, loaded, digests, call)
    const also_known_as = listed
      .filter((each) => digest !== undefined && each.digest === digest && each.name !== shortTag(tag))
      .map(({ name }) => name)
    const process = runner && files[0] !== undefined ? await options.findRunner?.(files[0]) : undefined
    return mapOllamaDescription({
      tag,
      endpoint: server.endpoint,
      shown,
      version: await versionWith(process, call),
      ...(digest !== undefined && { digest }),
      ...(also_known_as.length > 0 && { also_known_as }),
      ...(runner && { running: runner }),
      ...(process && { process }),
    })
  }

  /** The runner that was loaded from exactly these files, under whatever tag. */
  async function holderOf(
    files: readonly string[],
    digest: string | undefined,
    loaded: readonly RunningModel[],
    digests: ReadonlyMap<string, string | undefined>,
    call: CallOptions,
  ): Promise<RunningModel | undefined> {
    const same = loaded.find((each) => digest !== undefined && each.digest === digest)
    if (same || files.length === 0) return same
    for (const each of loaded) {
      // The tag may mean other weights by now than those it was loaded with; then nobody can say what the runner holds.
      if (each.digest === undefined || digests.get(each.name) !== each.digest) continue
      const theirs = weightsFiles((await manifest(each.name, each.digest, call)).modelfile)
      if (theirs.join('\0') === files.join('\0')) return each
    }
    return undefined
  }

  async function loadFacts(tag: string, call: CallOptions): Promise<LoadFacts> {
    const [listed, loaded] = await Promise.all([tags(call), running(call)])
    const entry = listed.find(({ name }) => name === shortTag(tag))
    const shown = await manifest(tag, entry?.digest, call)
    const digests = new Map(listed.map(({ name, digest }) => [name, digest]))
    const runner = await holderOf(weightsFiles(shown.modelfile), entry?.digest, loaded, digests, call)
    return mapLoadFacts({ endpoint: server.endpoint, shown, size: entry?.size, running: runner })
  }

  async function load(request: LoadRequest, call: CallOptions): Promise<LoadReport> {
    const before = await look(request.tag, call)
    const begin = performance.now()
    const target = { ...server, tag: request.tag }
    try {
      await requestJson(target, '/api/chat', emptyChatSchema, { ...call, body: mapLoadRequest(request) })
    } catch (error) {
      throw error instanceof RuntimeFailure && isLoadFailure(error)
        ? loadFailed(target, error.message, undefined, error)
        : error
    }
    const total_ms = performance.now() - begin
    const after = await look(request.tag, call)
    return { loaded_now: !isSameLoad(before, after), total_ms }
  }

  async function unload(tag: string, call: CallOptions): Promise<void> {
    const body = { ...mapRunner({ tag, keep_alive: '0' }), messages: [], stream: false }
    await requestJson({ ...server, tag }, '/api/chat', emptyChatSchema, { ...call, body })
    // The answer comes before the runner has ended.
    const end = performance.now() + unloadPatience_ms
    while (performance.now() < end && isLoaded(await look(tag, call))) {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  return {
    kind: 'ollama',
    obeys_prefix_cache: false,
    refuses_unknown_tags: true,
    async health(call) {
      const { version } = await requestJson(server, '/api/version', versionSchema, call)
      return { state: 'ready', version: `ollama ${version}` }
    },
    async list(call) {
      const [listed, loaded] = await Promise.all([tags(call), running(call)])
      return listed.map((model) => mapListedModel(model, loaded))
    },
    describe: (tag, call) => look(tag, countDown(call)),
    load: (request, call) => load(request, countDown(call)),
    loadFacts: (tag, call) => loadFacts(tag, countDown(call)),
    async chat(request, call) {
      const known = thinks.get(request.tag)
      if (known !== undefined) return await ollamaChat(server, request, known, call)
      const rest = countDown(call)
      return await ollamaChat(server, request, await canThink(request.tag, rest), { ...call, ...rest })
    },
    unload: (tag, call) => unload(tag, countDown(call)),
    send: (request, call) => exchangeRaw(server, request, call),
  }
}

/** One deadline for several requests: each may take what the ones before it left. */
function countDown({ signal, deadline_ms }: CallOptions): CallOptions {
  const end = performance.now() + deadline_ms
  return {
    ...(signal && { signal }),
    get deadline_ms() {
      return Math.max(0, Math.round(end - performance.now()))
    },
  }
}

/** Whether a runner holds the weights: only then does a description name a context in force or bytes. */
function isLoaded({ weights_files, context_in_force, loaded_bytes }: ModelDescription): boolean {
  return weights_files !== undefined || context_in_force !== undefined || loaded_bytes !== undefined
}

function isSameLoad(before: ModelDescription, after: ModelDescription): boolean {
  return isLoaded(before) && before.load_id === after.load_id && before.context_in_force === after.context_in_force
}

/** While loading, a dead runner and an error without a known cause both mean that the weights did not get into memory. */
function isLoadFailure(error: RuntimeFailure): boolean {
  const { status } = error.facts
  if (error instanceof RunnerDied) return status !== undefined
  if (error instanceof UnexpectedResponse) return typeof status === 'number' && status >= 500
  // What Ollama says of a tag whose weights it cannot read.
  return error instanceof RequestRefused && /does not support chat/.test(error.message)
}
