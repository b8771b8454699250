import { createHash, randomBytes } from 'node:crypto'
import type { Llama, LlamaChat, LlamaContext, LlamaModel, TokenBias } from 'node-llama-cpp'
import { chooseChatWrapper } from './chat-wrapper.ts'
import { EngineRefusal } from './engine-refusal.ts'
import { PromptEvaluator } from './prompt-evaluator.ts'
import type { DescribeAnswer, EngineModel } from './protocol.ts'

type NodeLlamaCpp = typeof import('node-llama-cpp')

/** Context where neither lane nor request names one, as Ollama and llama.cpp's small machines have it. */
const defaultContext = 4096

/** A model in memory, with its one context and one sequence. */
export interface LoadedModel {
  readonly tag: string
  readonly path: string
  /** Changes at every load. */
  readonly load_id: string
  readonly library: NodeLlamaCpp
  readonly llama: Llama
  readonly model: LlamaModel
  readonly context: LlamaContext
  readonly chat: LlamaChat
  readonly prompts: PromptEvaluator
  /** A bias that changes nothing; generate.ts uses the moment at which it is asked for. */
  readonly noBias: TokenBias
  readonly context_configured: number
}

/** Loads one model. Rejects with an EngineRefusal of type `load_failed` that names the file. */
export async function loadModel(
  library: NodeLlamaCpp,
  llama: Llama,
  entry: EngineModel,
  requestedContext: number | undefined,
  threads: number,
): Promise<LoadedModel> {
  let model: LlamaModel | undefined
  try {
    model = await llama.loadModel({ modelPath: entry.path, useMmap: true })
    const context_configured = requestedContext ?? Math.min(defaultContext, model.trainContextSize || defaultContext)
    const context = await model.createContext({
      contextSize: context_configured,
      sequences: 1,
      threads,
      // A smaller context than asked for would be a silent change of what is measured.
      failedCreationRemedy: false,
    })
    const sequence = context.getSequence({ contextShift: { strategy: refuseShift } })
    return {
      tag: entry.tag,
      path: entry.path,
      load_id: `${process.pid}-${randomBytes(6).toString('hex')}`,
      library,
      llama,
      model,
      context,
      chat: new library.LlamaChat({ contextSequence: sequence, chatWrapper: chooseChatWrapper(library, model) }),
      prompts: new PromptEvaluator(sequence),
      noBias: new library.TokenBias(model.tokenizer),
      context_configured,
    }
  } catch (cause) {
    await model?.dispose().catch(() => undefined)
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new EngineRefusal(500, 'load_failed', `${entry.path} could not be loaded: ${reason}`)
  }
}

/** Frees the memory of a model. */
export async function disposeModel(loaded: LoadedModel): Promise<void> {
  loaded.chat.dispose()
  await loaded.context.dispose()
  await loaded.model.dispose()
}

/** What a loaded model's file and context say about it. */
export function describeLoaded(loaded: LoadedModel): Omit<DescribeAnswer, 'tag' | 'path' | 'pid' | 'server_build'> {
  const { model, context, chat } = loaded
  const { general, tokenizer } = model.fileInfo.metadata
  const template = tokenizer?.chat_template
  const parameters = general?.size_label
  const quantization = general?.file_type === undefined ? undefined : fileTypeName(loaded, general.file_type)
  return {
    load_id: loaded.load_id,
    ...(general?.architecture && { architecture: general.architecture }),
    ...(parameters && { parameters }),
    ...(quantization && { quantization }),
    context_trained: model.trainContextSize,
    context_configured: loaded.context_configured,
    context_in_force: context.contextSize,
    ...(template && { template_sha256: createHash('sha256').update(template).digest('hex') }),
    chat_wrapper: chat.chatWrapper.wrapperName,
  }
}

function fileTypeName(loaded: LoadedModel, fileType: number): string | undefined {
  return loaded.library.GgufFileType[fileType]?.replace(/^MOSTLY_|^ALL_/, '')
}

function refuseShift(): never {
  throw new Error('the context is full: bench-memo does not drop tokens silently')
}
