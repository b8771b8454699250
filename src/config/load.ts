import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { isAbsolute, relative, resolve } from 'node:path'
import { ConfigError, type ConfigProblemCode } from './config-error.ts'
import { minimalConfig } from './minimal-config.ts'
import { parseConfig } from './parse.ts'
import type { BenchConfig } from './schema.ts'

export { parseConfig } from './parse.ts'

/** A config and where it came from. */
export interface LoadedConfig {
  /** Defaults filled in, plain JSON. */
  readonly config: BenchConfig
  /** Absolute path of the file. */
  readonly path: string
  /** Of the file's bytes, 64 hexadecimal digits. */
  readonly sha256: string
}

const maximumBytes = 1_000_000

/** Reads and checks a bench.config.yaml; a relative path starts at the working directory. Rejects with ConfigError. */
export async function loadConfig(path: string): Promise<LoadedConfig> {
  const absolute = resolve(path)
  const file = nameInMessages(absolute)
  const bytes = await readBytes(absolute, file)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw failure(file, 'not-utf-8', 'not UTF-8 text; save the file as UTF-8', error)
  }
  return { config: parseConfig(text, file), path: absolute, sha256: createHash('sha256').update(bytes).digest('hex') }
}

async function readBytes(absolute: string, file: string): Promise<Buffer> {
  try {
    const status = await stat(absolute)
    if (!status.isFile()) throw failure(file, 'unreadable', 'not a file; name the bench.config.yaml itself')
    if (status.size > maximumBytes) {
      throw failure(
        file,
        'too-large',
        `${status.size} bytes, and a config has at most ${maximumBytes}; move data into datasets`,
      )
    }
    return await readFile(absolute)
  } catch (error) {
    if (error instanceof ConfigError) throw error
    const code = (error as NodeJS.ErrnoException).code
    if (code !== 'ENOENT' && code !== 'ENOTDIR')
      throw failure(file, 'unreadable', `cannot be read (${code}); check its permissions`, error)
    throw failure(
      file,
      'not-found',
      `not found; looked at ${absolute}. Create it, for instance with:\n\n${minimalConfig}`,
      error,
    )
  }
}

function failure(file: string, code: ConfigProblemCode, text: string, cause?: unknown): ConfigError {
  return new ConfigError(file, [{ path: '', code, text }], cause === undefined ? undefined : { cause })
}

/** Relative to the working directory where the file lies below it: short, and clickable in a terminal. */
function nameInMessages(absolute: string): string {
  const short = relative(process.cwd(), absolute)
  return short === '' || short.startsWith('..') || isAbsolute(short) ? absolute : short
}
