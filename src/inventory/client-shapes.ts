import { hostOf, isAddress, isLoopback, isPrivateAddress } from '../config/endpoint.ts'

/**
 * How programs that call models are written: the shapes of endpoints, tags, names of variables and libraries. All patterns
 * are bounded and begin with a literal, so a line of n characters takes time in proportion to n.
 */

/** What one line of a program says. */
export interface LineSigns {
  readonly libraries: readonly string[]
  readonly endpoints: readonly string[]
  readonly tags: readonly string[]
  readonly environment_names: readonly string[]
  /** An endpoint with credentials in it, which are not told. */
  readonly credentials: boolean
  /** True where one of the signs is of a model's client alone; `model = "x"` may be of anything. */
  readonly certain: boolean
}

/** Variables that clients of models read, beside those that the config names. */
export const clientVariables = [
  'LOCAL_MODEL_TAG',
  'OLLAMA_HOST',
  'OLLAMA_BASE_URL',
  'OLLAMA_API_BASE',
  'OLLAMA_MODEL',
  'OPENAI_BASE_URL',
  'OPENAI_API_BASE',
  'OPENAI_API_KEY',
  'OPENAI_MODEL',
  'LITELLM_BASE_URL',
  'LITELLM_PROXY_API_BASE',
  'LITELLM_API_KEY',
  'LITELLM_MASTER_KEY',
  'LMSTUDIO_BASE_URL',
  'LM_STUDIO_API_BASE',
  'VLLM_API_KEY',
  'VLLM_BASE_URL',
  'LLM_BASE_URL',
  'LLM_API_KEY',
  'LLM_MODEL',
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_BASE_URL',
  'ANTHROPIC_MODEL',
  'AZURE_OPENAI_API_KEY',
  'AZURE_OPENAI_ENDPOINT',
] as const

const tag = String.raw`([A-Za-z0-9][\w.:/@+-]{0,199})`
const quote = String.raw`["'\x60]`

const libraryShapes: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['openai', imported('openai')],
  ['ollama', imported('ollama(?:/browser)?')],
  ['litellm', imported('litellm')],
  ['langchain', imported(String.raw`(?:@langchain/|langchain)[\w/-]{0,60}`)],
  ['llama-index', imported(String.raw`(?:llama_index|llamaindex|@llamaindex/)[\w/-]{0,60}`)],
  ['llama-cpp-python', imported('llama_cpp')],
  ['anthropic', imported('(?:anthropic|@anthropic-ai/sdk)')],
  ['ai-sdk', imported(String.raw`(?:@ai-sdk/[\w-]{1,60}|ollama-ai-provider[\w-]{0,20}|ai)`)],
  ['ollama', new RegExp(String.raw`\bollama\s{1,5}run\b|${quote}ollama${quote}\s{0,5},\s{0,5}${quote}run${quote}`)],
]

/** `import x`, `from x`, `from 'x'`, `require('x')`, in Python and JavaScript. */
function imported(module: string): RegExp {
  return new RegExp(
    String.raw`^\s{0,40}(?:from|import)\s{1,5}${module}(?=[\s.;,]|$)|(?:from|import|require\(|import\()\s{0,5}${quote}${module}${quote}`,
  )
}

/** Asked over plain HTTP: the paths of Ollama's and OpenAI's API, also where the base comes from elsewhere. */
const callPath =
  /\/(?:api\/(?:chat|generate|embed|embeddings)|v1\/(?:chat\/completions|completions|embeddings|responses|messages))(?![\w-])/
const httpClient =
  /\bcurl\b|\brequests\.|\bhttpx\b|\bfetch\(|\baxios\b|\burllib\b|\burlopen\b|\baiohttp\b|\bundici\b|\bgot\(|\bwget\b|http\.Post|HttpClient/

const url = /\bhttps?:\/\/[^\s"'`<>()\\{}$,;|]{1,300}/g
/** Ports that nothing but model servers usually has. */
const bare = /(?<![\w/@.-])(?:localhost|127\.0\.0\.1|0\.0\.0\.0|host\.docker\.internal):(?:11434|1234)\b/g
const modelPorts = new Set(['11434', '1234'])
const modelPath =
  /^\/(?:v1|api\/(?:v[01]|chat|generate|embed|embeddings|tags|show|ps|pull|version))(?:\/|$)|\/chat\/completions$|^\/completions?$/
const cloudHosts =
  /(?:^|\.)(?:api\.openai\.com|api\.anthropic\.com|api\.mistral\.ai|api\.groq\.com|openrouter\.ai|api\.together\.xyz|api\.deepseek\.com|generativelanguage\.googleapis\.com|openai\.azure\.com|ollama\.com)$/

/** Certain shapes of a tag. */
const runCommands: readonly RegExp[] = [
  new RegExp(String.raw`\bollama\s{1,5}(?:run|pull)\s{1,5}${quote}?${tag}`, 'g'),
  new RegExp(
    String.raw`${quote}ollama${quote}\s{0,5},\s{0,5}${quote}(?:run|pull)${quote}\s{0,5},\s{0,5}${quote}${tag}${quote}`,
    'g',
  ),
]
const modelVariables = String.raw`\b(?:LOCAL_MODEL_TAG|OLLAMA_MODEL|OPENAI_MODEL|LLM_MODEL|ANTHROPIC_MODEL)\b`
const variableValues: readonly RegExp[] = [
  new RegExp(String.raw`${modelVariables}["'\]]{0,2}\s{0,5}[=:]\s{0,5}${quote}${tag}${quote}`, 'g'),
  // A shell's, Docker's and .env's way.
  new RegExp(`${modelVariables}=${tag}`, 'g'),
  new RegExp(
    String.raw`(?:get|getenv|env)\(\s{0,5}${quote}${modelVariables}${quote}\s{0,5},\s{0,5}${quote}${tag}${quote}`,
    'g',
  ),
  new RegExp(String.raw`${modelVariables}:[-=]${tag}\}`, 'g'),
  new RegExp(String.raw`${modelVariables}["'\])]{0,2}\s{0,5}(?:\?\?|\|\||\bor\b)\s{0,5}${quote}${tag}${quote}`, 'g'),
]
/** Shapes that are of a model only in a file that has a certain sign. */
const likelyTags: readonly RegExp[] = [
  new RegExp(
    String.raw`\b[Mm]odel(?:_?[Nn]ame|_?[Ii]d|_?[Tt]ag)?${quote}?\s{0,5}(?::\s{0,5}str\s{0,5})?[=:]\s{0,5}${quote}${tag}${quote}`,
    'g',
  ),
  new RegExp(String.raw`\bMODEL(?:_NAME|_ID|_TAG)?${quote}?\s{0,5}[=:]\s{0,5}${quote}${tag}${quote}`, 'g'),
  new RegExp(String.raw`--model(?:[ =]${quote}?|${quote}\s{0,5},\s{0,5}${quote})${tag}`, 'g'),
  new RegExp(String.raw`\b(?:ollama|llm|aichat|mods|sgpt|litellm)\b[^|;&]{0,200}?\s-m[ =]${quote}?${tag}`, 'g'),
  new RegExp(String.raw`\b(?:Chat)?(?:Ollama|OpenAI|ollama|openai)\(${quote}${tag}${quote}`, 'g'),
]
/** In YAML values need no quotes. */
const yamlTag = new RegExp(
  String.raw`^\s{0,80}(?:-\s{1,5})?(?:model|${modelVariables}):\s{1,5}${tag}\s{0,80}(?:#.{0,200})?$`,
  'g',
)

/** A password before the host, or a query that names a key and has something that looks like one. */
const holdsCredentials =
  /^https?:\/\/[^/?#@]{0,200}:[^/?#@]{1,200}@|[?&](?:\w{0,40}[_-])?(?:api_?key|key|token|secret|password|sig)=(?=[^&#]{0,200}\d)[^&#]{12,}/i

/** A line without any of these says nothing of models; most lines have none. */
const hint =
  /[Mm]odel|MODEL|llama|LLAMA|llm|LLM|[Oo]pen[Aa][Ii]|OPENAI|https?:|:11434|:1234|langchain|nthropic|ANTHROPIC|ai-sdk|["']ai["']|VLLM|STUDIO|\/v1\/|\/api\//
const nothing: LineSigns = {
  libraries: [],
  endpoints: [],
  tags: [],
  environment_names: [],
  credentials: false,
  certain: false,
}

/** What a line says of models. `variables`: names that the config gives beside the usual ones. Pure. */
export function signsOf(line: string, variables: readonly string[] = [], isYaml = false): LineSigns {
  if (!hint.test(line) && !variables.some((name) => line.includes(name))) return nothing
  const urls = all(line, url, 0)
  const candidates = [...urls, ...all(line, bare, 0).map((place) => `http://${place}`)]
  const endpoints = unique(candidates.flatMap(modelEndpoint))
  const libraries = unique([
    ...libraryShapes.filter(([, pattern]) => pattern.test(line)).map(([name]) => name),
    ...(callPath.test(line) && httpClient.test(line) ? ['http'] : []),
  ])
  const certainTags = [...runCommands, ...variableValues].flatMap((pattern) => all(line, pattern, 1)).filter(isTagLike)
  const tags = [...likelyTags, ...(isYaml ? [yamlTag] : [])].flatMap((pattern) => all(line, pattern, 1))
  const environment_names = [...clientVariables, ...variables].filter((name) => hasWord(line, name))
  return {
    libraries,
    endpoints,
    tags: unique([...certainTags, ...tags.filter(isTagLike)]),
    environment_names: unique(environment_names),
    credentials: candidates.some((each) => holdsCredentials.test(each)),
    certain: libraries.length + endpoints.length + certainTags.length + environment_names.length > 0,
  }
}

/** The URL as it may be shown, where it looks like one that serves models. */
function modelEndpoint(text: string): string[] {
  const trimmed = text.replace(/[.:/?#\]]{1,5}$/, '')
  if (!URL.canParse(trimmed)) return []
  const { origin, hostname, port, pathname } = new URL(trimmed)
  const isModelPath = modelPath.test(pathname.replace(/\/+$/, '') || '/')
  const host = hostOf(origin)
  const isNear =
    isLoopback(origin) ||
    (isAddress(host) && isPrivateAddress(host)) ||
    !hostname.includes('.') ||
    hostname === 'host.docker.internal' ||
    hostname.endsWith('.local')
  const serves =
    cloudHosts.test(hostname) ||
    (isNear && (modelPorts.has(port) || isModelPath)) ||
    (isModelPath && callPath.test(pathname))
  return serves ? [`${origin}${pathname.replace(/\/+$/, '')}`] : []
}

/** No file, no placeholder, no word of the language, and not something that `tag` matched the beginning of only. */
function isTagLike(text: string): boolean {
  return (
    !/\.(?:gguf|bin|safetensors|py|ts|js|json|ya?ml|sh|txt|md)$/i.test(text) &&
    !/^(?:true|false|none|null|undefined|str|string|os|process|args|config|self|env|model|models|default|text|name)(?:[.:]|$)/i.test(
      text,
    ) &&
    !/^https?:/.test(text) &&
    // A number, or the name of a variable.
    !/^(?:\d+|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)$/.test(text)
  )
}

function all(line: string, pattern: RegExp, group: number): string[] {
  return [...line.matchAll(pattern)].flatMap((match) => match[group]?.replace(/[.:]+$/, '') || [])
}

function hasWord(line: string, word: string): boolean {
  for (let at = line.indexOf(word); at >= 0; at = line.indexOf(word, at + 1)) {
    if (!/\w/.test(line[at - 1] ?? ' ') && !/\w/.test(line[at + word.length] ?? ' ')) return true
  }
  return false
}

const unique = (texts: readonly string[]): string[] => [...new Set(texts)].slice(0, 10)
