import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { valueAt } from '../config/json-pointer.ts'
import type { WorkerConfig } from '../config/worker-schema.ts'

/** A longer text, or one with blanks, is no model's name and may be anything: it is not taken. */
const nameOfModel = /^\S{1,200}$/

/**
 * The model that a worker recorded as the one it used: from its stdout (the whole, else the last line that is a JSON
 * object), or from a file that it has written since `since_ms` (of the epoch). Undefined where there is none.
 */
export async function reportedModel(
  { pointer, file }: NonNullable<WorkerConfig['reports_model']>,
  { stdout, folder, since_ms }: { readonly stdout: string; readonly folder: string; readonly since_ms: number },
): Promise<string | undefined> {
  const text = file === undefined ? stdout : await writtenSince(resolve(folder, file), since_ms)
  const value = text === undefined ? undefined : valueAt(lastJson(text), pointer)
  return typeof value === 'string' && nameOfModel.test(value) ? value : undefined
}

/** A record that was there before says nothing of this run. File systems keep times in steps of up to 10 ms. */
async function writtenSince(file: string, since_ms: number): Promise<string | undefined> {
  try {
    const { mtimeMs } = await stat(file)
    return mtimeMs < since_ms - 10 ? undefined : await readFile(file, 'utf8')
  } catch {
    return undefined
  }
}

function lastJson(text: string): unknown {
  const candidates = [text, ...text.split('\n').toReversed()]
  for (const candidate of candidates) {
    const value = parse(candidate.trim())
    if (typeof value === 'object' && value !== null) return value
  }
  return undefined
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
