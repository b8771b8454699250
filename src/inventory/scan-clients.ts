import { glob, readFile, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { looksLikeSecret } from '../config/secrets.ts'
import type { ClientFacts, ClientPath } from '../evidence/inventory-schema.ts'
import { type LineSigns, signsOf } from './client-shapes.ts'
import { holdsSecret } from './secret-literal.ts'

/** Limits of the scan: a pattern that matches a whole disk must not stop a run. */
export interface ScanLimits {
  readonly files: number
  readonly bytes_per_file: number
  readonly bytes: number
  readonly deadline_ms: number
}

export const scanLimits: ScanLimits = {
  files: 2_000,
  bytes_per_file: 512 * 1024,
  bytes: 32 * 1024 * 1024,
  deadline_ms: 1_000,
}
/** The rest of a longer line is no code that anybody wrote. */
const longestLine = 4_096
const mostPaths = 500
/** Folders of what others wrote, and of what the bench itself writes. */
const skipped: ReadonlySet<string> = new Set(['node_modules', '.git', '.bench', '.venv', 'venv', '__pycache__', '.tox'])

/**
 * Reads the files of the config's `clients` for places that call models: line by line what they name, never a secret's
 * content. Files that are too large, binary or too many are left out and said to be.
 * @param variables names that the config gives, beside the usual ones
 */
export async function scanClients(
  patterns: readonly string[],
  folder: string,
  {
    variables = [],
    limits = scanLimits,
  }: { readonly variables?: readonly string[]; readonly limits?: ScanLimits } = {},
): Promise<ClientFacts> {
  const end = performance.now() + limits.deadline_ms
  const { files, left_out } = await findFiles(patterns, folder, limits, end)
  const paths: ClientPath[] = []
  let read = 0
  let bytes = 0
  for (const [index, file] of files.entries()) {
    if (performance.now() > end || bytes > limits.bytes) {
      left_out.push(
        `${files.length - index} files: there are more than can be read within ${bytes > limits.bytes ? `${limits.bytes / 1024 ** 2} MB` : `${limits.deadline_ms} ms`}`,
      )
      break
    }
    const name = relative(folder, file)
    const text = await readText(file, limits.bytes_per_file)
    if ('why' in text) {
      left_out.push(`${name}: ${text.why}`)
      continue
    }
    read += 1
    bytes += text.bytes
    paths.push(...pathsIn(name, text.text, variables))
  }
  if (paths.length > mostPaths) left_out.push(`${paths.length - mostPaths} more places of the same files`)
  return { patterns: [...patterns], files: read, paths: paths.slice(0, mostPaths), left_out: shortened(left_out) }
}

/** The places in one file. Signs that may be of anything count only where another one is of a model's client. Pure. */
export function pathsIn(file: string, text: string, variables: readonly string[] = []): ClientPath[] {
  const isYaml = /\.ya?ml$/i.test(file)
  const lines = text.split('\n').map((line) => line.slice(0, longestLine))
  const signs = lines.map((line) => signsOf(line, variables, isYaml))
  const isClient = signs.some(({ certain }) => certain)
  return signs.flatMap((each, index) => {
    const secret =
      each.credentials || holdsSecret(lines[index] as string) || [...each.endpoints, ...each.tags].some(holdsKey)
    if (!secret && (!isClient || !says(each))) return []
    const { libraries, environment_names } = isClient ? each : none
    const shown = (texts: readonly string[]) => (isClient ? texts.filter((text) => !holdsKey(text)) : [])
    const [endpoints, tags] = [shown(each.endpoints), shown(each.tags)]
    const found: { readonly [Key in keyof ClientPath]: ClientPath[Key] | undefined } = {
      file,
      line: index + 1,
      libraries: some(libraries),
      endpoints: some(endpoints),
      tags: some(tags),
      environment_names: some(environment_names),
      secret: secret || undefined,
    }
    return [Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as ClientPath]
  })
}

/** Also where it is one step of a URL's path, or of a tag. */
const holdsKey = (text: string): boolean => text.split(/[/:@+]/).some(looksLikeSecret)

const none = { libraries: [], environment_names: [] }
const says = ({ libraries, endpoints, tags, environment_names }: LineSigns): boolean =>
  libraries.length + endpoints.length + tags.length + environment_names.length > 0
const some = (texts: readonly string[]): string[] | undefined => (texts.length > 0 ? [...texts] : undefined)

async function findFiles(
  patterns: readonly string[],
  folder: string,
  limits: ScanLimits,
  end: number,
): Promise<{ readonly files: string[]; readonly left_out: string[] }> {
  const files = new Set<string>()
  const left_out: string[] = []
  for (const pattern of patterns) {
    let found = false
    const path = isAbsolute(pattern) ? pattern : resolve(folder, pattern)
    const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() === true
    const matches = glob(isFolder ? join(pattern, '**/*') : pattern, {
      cwd: folder,
      exclude: (entry) => skipped.has(typeof entry === 'string' ? (entry.split(/[\\/]/).at(-1) ?? '') : entry),
    })
    for await (const match of matches) {
      const file = resolve(folder, match)
      if (!(await stat(file).catch(() => undefined))?.isFile()) continue
      found = true
      if (files.size >= limits.files || performance.now() > end) {
        left_out.push(
          `${pattern}: it matches more files than can be looked at (${limits.files}, ${limits.deadline_ms} ms)`,
        )
        break
      }
      files.add(file)
    }
    if (!found) left_out.push(`${pattern}: nothing there`)
  }
  return { files: [...files].sort(), left_out }
}

async function readText(
  file: string,
  most: number,
): Promise<{ readonly text: string; readonly bytes: number } | { readonly why: string }> {
  try {
    const { size } = await stat(file)
    if (size > most) return { why: `larger than ${most / 1024} kB` }
    const content = await readFile(file)
    if (content.subarray(0, 8_192).includes(0)) return { why: 'no text' }
    return { text: content.toString('utf8'), bytes: content.length }
  } catch (error) {
    return { why: `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})` }
  }
}

function shortened(left_out: readonly string[]): string[] {
  const most = 20
  return left_out.length <= most ? [...left_out] : [...left_out.slice(0, most), `${left_out.length - most} more`]
}
