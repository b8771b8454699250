import type { ChatWrapper, LlamaModel } from 'node-llama-cpp'

type NodeLlamaCpp = typeof import('node-llama-cpp')

/**
 * What turns messages into a prompt: the file's own chat template, as llama-server uses it, so that the declared
 * template is the one that was applied. node-llama-cpp's own choice is a rewrite per model family that may differ
 * (it begins ChatML prompts of SmolLM2 with a second start mark); it is taken where it can tell thinking apart, which
 * a template alone cannot, and where the file has no usable template.
 */
export function chooseChatWrapper(library: NodeLlamaCpp, model: LlamaModel): ChatWrapper {
  const own = library.resolveChatWrapper(model)
  const template = model.fileInfo.metadata.tokenizer?.chat_template
  if (!template || own.settings.segments?.thought) return own
  try {
    return new library.JinjaTemplateChatWrapper({ template, tokenizer: model.tokenizer })
  } catch {
    return own
  }
}
