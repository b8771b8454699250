/**
 * The import rule, checked by machine: a layer imports from itself and from the layers that are listed for it, so
 * imports go one way. `npx node tools/check-imports.ts`; exit code 1 names every import that breaks it.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'

const root = resolve(import.meta.dirname, '..')

const facts = ['config', 'evidence']
const judging = [...facts, 'statistics', 'gates']
const measuring = [...facts, 'statistics', 'cache', 'runtimes', 'datasets', 'identity', 'machine', 'lanes', 'probes']

/** Layer → what it may import. A layer is a folder of src, or `reporters`. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  config: [],
  evidence: ['config'],
  statistics: [],
  cache: [],
  gates: [...facts, 'statistics'],
  assessment: judging,
  comparison: judging,
  rejudging: [...facts, 'gates', 'assessment', 'datasets', 'lanes'],
  runtimes: [...facts, 'cache'],
  datasets: [...facts, 'runtimes'],
  identity: [...facts, 'cache', 'runtimes', 'machine'],
  machine: [],
  lanes: measuring.filter((layer) => layer !== 'probes'),
  probes: measuring,
  inventory: measuring,
  logs: [...facts, 'statistics'],
  policy: [...judging, ...measuring, 'inventory'],
  vitest: [...judging, ...measuring, 'inventory', 'logs', 'policy'],
  cli: [...judging, ...measuring, 'policy', 'inventory', 'logs', 'assessment', 'comparison', 'rejudging', 'reporters'],
  reporters: [...judging, 'assessment', 'comparison', 'vitest'],
}
/** Vitest's own code is for these alone. */
const mayImportVitest = new Set(['vitest', 'reporters', 'index.ts', 'plugin.ts'])
/** Gates and assessment do no I/O. */
const pure = new Set(['gates', 'assessment', 'comparison', 'rejudging', 'statistics'])

const broken: string[] = []
for (const file of await sources()) {
  const layer = layerOf(file)
  for (const specifier of importsOf(await readFile(file, 'utf8'))) {
    const why = complaint(layer, specifier, file)
    if (why) broken.push(`${relative(root, file)} imports ${specifier}: ${why}`)
  }
}
process.stdout.write(broken.length > 0 ? `${broken.join('\n')}\n` : '')
process.exitCode = broken.length > 0 ? 1 : 0

function complaint(layer: string, specifier: string, file: string): string | undefined {
  if (specifier === 'vitest' || specifier.startsWith('vitest/')) {
    return mayImportVitest.has(layer) ? undefined : `only ${[...mayImportVitest].join(', ')} import vitest`
  }
  if (pure.has(layer) && specifier.startsWith('node:')) return `${layer} is pure`
  if (!specifier.startsWith('.') || specifier.endsWith('.json')) return undefined
  const target = layerOf(resolve(file, '..', specifier))
  const may = allowed[layer]
  if (target === layer || may === undefined || may.includes(target)) return undefined
  return `${layer} may import ${may.join(', ') || 'nothing'} only`
}

/** `src/gates/x.ts` → gates; `src/plugin.ts` → plugin.ts; `reporters/x.ts` → reporters. */
function layerOf(file: string): string {
  const [first, second] = relative(root, file).split(sep)
  return (first === 'src' ? second : first) ?? ''
}

function importsOf(source: string): string[] {
  return [...source.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].flatMap(([, specifier]) => specifier ?? [])
}

async function sources(): Promise<string[]> {
  const found = await Promise.all(
    ['src', 'reporters'].map((folder) => readdir(join(root, folder), { recursive: true, withFileTypes: true })),
  )
  return found
    .flat()
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
}
