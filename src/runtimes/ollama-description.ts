import { createHash } from 'node:crypto'
import { isLoopback } from '../config/endpoint.ts'
import { isCloudTag } from '../config/ollama-cloud-tag.ts'
import { shortTag } from '../config/tag.ts'
import type { ListedModel, RunningModel, ShownModel } from './ollama-protocol.ts'
import { filesAsSeenFrom } from './remote-files.ts'
import type { LoadFacts, ModelDescription, ModelListing } from './runtime.ts'
import type { ServingProcess } from './serving-process.ts'

/** What is known of a tag from several answers of the server, and of its runner from this machine. */
export interface OllamaFacts {
  readonly tag: string
  readonly endpoint: string
  /** Answer of /api/show. */
  readonly shown: ShownModel
  /** sha256 of the manifest, from /api/tags. */
  readonly digest?: string
  /** The runner that has the tag's weights in memory; absent where none has. */
  readonly running?: RunningModel
  /** Other tags of the same manifest. */
  readonly also_known_as?: readonly string[]
  /** The process of that runner. */
  readonly process?: ServingProcess
  readonly version?: string
}

/** Ollama's answers in the contract's words. Pure. */
export function mapOllamaDescription(facts: OllamaFacts): ModelDescription {
  const { tag, endpoint, shown, digest, running, process, version } = facts
  const layers = weightsLayers(shown.modelfile)
  const files = layers.map(({ file }) => file)
  const furtherFiles = (word: string): string[] | undefined => {
    const further = layers.slice(1).flatMap((layer) => (layer.word === word ? [layer.file] : []))
    return running && further.length > 0 ? filesAsSeenFrom(endpoint, further) : undefined
  }
  const info = shown.model_info ?? {}
  const architecture = text(info['general.architecture']) ?? shown.details?.family
  const found: { readonly [Key in keyof ModelDescription]: ModelDescription[Key] | undefined } = {
    tag,
    digest: digest?.replace(/^sha256:/, ''),
    weights_files: running && files.length > 0 ? filesAsSeenFrom(endpoint, files) : undefined,
    adapters: furtherFiles('ADAPTER')?.map((file) => ({ file })),
    projectors: furtherFiles('FROM'),
    loaded_as: running && running.name !== shortTag(tag) ? running.name : undefined,
    also_known_as: facts.also_known_as,
    weights_claimed_sha256: files.length === 1 ? blobSha256(files[0] as string) : undefined,
    load_id: running && process && `${process.pid}@${process.started_at}`,
    architecture: architecture || undefined,
    parameters: count(info['general.parameter_count'])?.toString() ?? (shown.details?.parameter_size || undefined),
    quantization: shown.details?.quantization_level || undefined,
    context_trained: count(info[`${architecture}.context_length`]),
    context_configured: count(Number(parameter(shown.parameters, 'num_ctx'))),
    context_in_force: count(running?.context_length),
    template_sha256: templateSha256(shown),
    served_elsewhere: servedElsewhere(tag, shown),
    loaded_bytes: running?.size,
    loaded_gpu_bytes: running?.size_vram,
    serving_pid: running && process?.pid,
    server_build: version && `ollama ${version}`,
  }
  return Object.fromEntries(
    Object.entries(found).filter(([, value]) => value !== undefined),
  ) as unknown as ModelDescription
}

/** What loading a tag would take, as far as the server says: the size of its manifest, the metadata of its weights. Pure. */
export function mapLoadFacts({
  endpoint,
  shown,
  size,
  running,
}: Pick<OllamaFacts, 'endpoint' | 'shown'> & {
  readonly size: number | undefined
  readonly running: RunningModel | undefined
}): LoadFacts {
  const files = weightsFiles(shown.modelfile)
  const context = count(Number(parameter(shown.parameters, 'num_ctx'))) ?? count(running?.context_length)
  return {
    loaded: running !== undefined,
    ...(files.length > 0 && isLoopback(endpoint) && { files }),
    ...(size !== undefined && { weights_bytes: size }),
    ...(shown.model_info && { metadata: shown.model_info }),
    ...(context !== undefined && { context }),
  }
}

/** One entry of /api/tags. Pure. */
export function mapListedModel(model: ListedModel, running: readonly RunningModel[]): ModelListing {
  const { name, size, digest, capabilities, details, modified_at } = model
  const loaded = running.some((each) => digest !== undefined && each.digest === digest)
  const elsewhere = servedElsewhere(name, model)
  return {
    tag: name,
    ...(digest && { digest: digest.replace(/^sha256:/, '') }),
    ...(details?.parameter_size && { parameters: details.parameter_size }),
    ...(details?.quantization_level && { quantization: details.quantization_level }),
    ...(details?.context_length && { context_trained: details.context_length }),
    ...(modified_at && { modified_at }),
    ...(size !== undefined && { size_bytes: size }),
    // Another manifest may still mean the same weights: only its description tells.
    ...((loaded || running.length === 0) && { loaded }),
    ...(capabilities && { chats: capabilities.includes('completion') }),
    ...(elsewhere !== undefined && { served_elsewhere: elsewhere }),
  }
}

/**
 * Paths of all blobs that a tag's weights consist of: model, adapters, draft model, projectors. The modelfile that
 * /api/show makes names them first; a template or system prompt below may hold lines that look the same.
 */
export function weightsFiles(modelfile = ''): string[] {
  return weightsLayers(modelfile).map(({ file }) => file)
}

/** The same with the words that introduce them: a second FROM is a projector. */
function weightsLayers(modelfile = ''): { word: string; file: string }[] {
  const layers: { word: string; file: string }[] = []
  for (const line of modelfile.split(/\r?\n/)) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const [, word = '', path] = /^(FROM|ADAPTER|DRAFT)\s+(.+)$/.exec(line) ?? []
    if (path === undefined) break
    // A FROM that names another tag instead of a file is no weight file.
    if (/[/\\]/.test(path) && blobSha256(path) !== undefined) layers.push({ word, file: path.trim() })
  }
  return layers
}

/** The sha256 in a blob's name, `sha256-…`, as the server claims it. */
export function blobSha256(path: string): string | undefined {
  return /[/\\]sha256-([0-9a-f]{64})$/.exec(path.trim())?.[1]
}

/** Value of a parameter in the text that /api/show gives. */
function parameter(parameters: string | undefined, name: string): string | undefined {
  return parameters
    ?.split('\n')
    .map((line) => line.trim().split(/\s+/))
    .find(([key]) => key === name)?.[1]
}

/**
 * sha256 of all that a tag adds to its weights: template, system prompt, preset messages, renderer, parser and
 * parameters (sorted: the server gives them in random order). A request may override parameters; they count as the
 * tag has them. Absent where the server shows none of it.
 */
function templateSha256({ template, system, messages, renderer, parser, parameters }: ShownModel): string | undefined {
  const sorted = parameters
    ?.split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .sort()
  const parts = [template, system, renderer, parser, sorted, messages?.map(({ role, content }) => [role, content])]
  if (parts.every((part) => part === undefined || part.length === 0)) return undefined
  const known = parts.map((part) => (part === undefined || part.length === 0 ? null : part))
  return createHash('sha256').update(JSON.stringify(known)).digest('hex')
}

function servedElsewhere(
  tag: string,
  { remote_model, remote_host }: Pick<ShownModel, 'remote_model' | 'remote_host'>,
): string | undefined {
  if (remote_model || remote_host) return `${remote_model || tag} at ${remote_host || 'an unnamed host'}`
  return isCloudTag(tag) ? `${tag} at ollama.com` : undefined
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
const count = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined
