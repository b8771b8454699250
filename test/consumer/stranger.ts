import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { execa } from 'execa'
import type { Evidence } from '../../src/evidence/schema.ts'

export const repository = fileURLToPath(new URL('../..', import.meta.url))

/** What `npm pack` says of the tarball; sizes in bytes. */
export interface Packed {
  readonly filename: string
  readonly size: number
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string }[]
}

export interface Ran {
  readonly exitCode: number | undefined
  /** Both streams, without colours. */
  readonly output: string
}

/** A project outside the repository that installed the packed package from its tarball, and all else from the registry. */
export interface Stranger {
  readonly folder: string
  readonly packed: Packed
  /** `npx …` in the project; never rejects. */
  npx(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ran>
  read(file: string): Promise<string>
  /** The evidence of the newest run. */
  evidence(): Promise<Evidence[]>
  /** Command lines of processes that still run something of this project. */
  processes(): Promise<string[]>
  remove(): Promise<void>
}

const patience_ms = 5 * 60_000

/** Packs, installs as a README says it, and copies test/consumer/project. Rejects with npm's own words. */
export async function createStranger(change: (config: string) => string): Promise<Stranger> {
  const temporary = await realpath(await mkdtemp(join(tmpdir(), 'bench-memo-consumer-')))
  const remove = () => rm(temporary, { recursive: true, force: true })
  try {
    const packed = await pack(temporary)
    const folder = join(temporary, 'project')
    await mkdir(folder)
    await writeFile(join(folder, 'package.json'), '{ "name": "stranger", "private": true, "type": "module" }\n')
    const tarball = join(temporary, packed.filename)
    await succeed(folder, 'npm', ['i', '-D', 'vitest@5', 'node@24', 'typescript', tarball])
    await cp(fileURLToPath(new URL('project', import.meta.url)), folder, { recursive: true })
    const config = join(folder, 'bench.config.yaml')
    await writeFile(config, change(await readFile(config, 'utf8')))
    return {
      folder,
      packed,
      npx: async (args, env) => {
        const { exitCode, all } = await spawn(folder, 'npx', ['--no-install', ...args], env)
        return { exitCode, output: stripVTControlCharacters(all) }
      },
      read: (file) => readFile(join(folder, file), 'utf8'),
      evidence: () => newestEvidence(join(folder, '.bench', 'runs')),
      processes: async () => {
        const { stdout } = await execa('ps', ['-A', '-o', 'args='])
        return stdout.split('\n').filter((line) => line.includes(folder))
      },
      remove,
    }
  } catch (error) {
    await remove()
    throw error
  }
}

/** Runs `prepare`, so that the tarball holds what the sources say now. */
async function pack(destination: string): Promise<Packed> {
  const { stdout } = await succeed(repository, 'npm', [
    ...['pack', '--json', '--loglevel=error', '--foreground-scripts=false', '--pack-destination', destination],
  ])
  // A list, or by newer npm a record; what `prepare` prints may come before it.
  const [packed] = Object.values(JSON.parse(stdout.slice(stdout.search(/^[[{]/m))) as Record<string, Packed>)
  if (!packed) throw new Error(`npm pack made nothing:\n${stdout}`)
  return packed
}

async function newestEvidence(runs: string): Promise<Evidence[]> {
  const newest = (await readdir(runs)).sort().at(-1) as string
  const folder = join(runs, newest, 'evidence')
  const segments = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')))
  return segments.flatMap((text) => text.split('\n').filter(Boolean)).map((line) => JSON.parse(line) as Evidence)
}

async function succeed(folder: string, command: string, args: readonly string[]): Promise<{ stdout: string }> {
  const { exitCode, stdout, all } = await spawn(folder, command, args)
  if (exitCode !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${exitCode}:\n${all}`)
  return { stdout }
}

/** A group of its own: npx does not hand signals on, and a run that took too long must not stay behind. */
async function spawn(cwd: string, command: string, args: readonly string[], env: Record<string, string> = {}) {
  const child = execa(command, args, {
    ...{ cwd, reject: false, all: true, stdin: 'ignore', detached: true },
    ...{ extendEnv: false, env: { ...ownEnvironment(), ...env } },
  } as const)
  const timer = setTimeout(() => process.kill(-(child.pid as number), 'SIGKILL'), patience_ms)
  const { exitCode, stdout, all } = await child
  clearTimeout(timer)
  return { exitCode, stdout, all }
}

/** Nothing of the running Vitest, of the npm that may have started it, or of the repository's node_modules/.bin. */
function ownEnvironment(): Record<string, string> {
  const foreign = /^(VITEST|npm_(?!config_(registry|cache|userconfig|cafile|(https?_|no)?proxy)$)|BENCH_MEMO_RECORDS$)/
  const settings = new Set(['NODE_OPTIONS', 'NODE_ENV', 'NODE_PATH', 'NODE_V8_COVERAGE', 'INIT_CWD', 'FORCE_COLOR'])
  const ofVite = new Set(['TEST', 'MODE', 'DEV', 'PROD', 'SSR', 'BASE_URL'])
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !foreign.test(entry[0]) && !settings.has(entry[0]) && !ofVite.has(entry[0]),
  )
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !/node_modules[\\/]\.bin/.test(folder))
  return {
    ...Object.fromEntries(kept),
    ...{ PATH: path.join(delimiter), CI: 'true', NO_COLOR: '1' },
    ...{ npm_config_audit: 'false', npm_config_fund: 'false', npm_config_update_notifier: 'false' },
  }
}
