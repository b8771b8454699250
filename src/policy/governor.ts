import { copyFile, readFile, stat } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { isMap, isSeq, parseDocument } from 'yaml'
import { pointerKeys, pointerStep, valueAt } from '../config/json-pointer.ts'
import type { GovernorConfig } from '../config/policy-schema.ts'
import { canonicalJson } from '../evidence/read.ts'
import { sha256 } from '../evidence/stored-text.ts'
import { takeLock } from '../lanes/machine-lock.ts'
import type { Block } from './block.ts'
import { PolicyUnreadable, replaceFile } from './policy-file.ts'

/** Longer reasons say no more, and may be anything. */
const longestReason = 300

/**
 * The blocks that a governor's file holds now. None where the file is not there: nobody has written a veto. A block
 * without a time of its own is as old as the file. @throws PolicyUnreadable where the file is there and can't be read as
 * what the config says
 */
export async function readGovernor(governor: GovernorConfig, root: string): Promise<Block[]> {
  const file = resolve(root, governor.file)
  const [text, written] = await readWithTime(file, governor.file)
  if (text === undefined) return []
  const value = parse(text, governor.file)
  const there = valueAt(value, governor.pointer)
  if (there === undefined || there === null) return []
  if (!governor.each) return blockAt(governor, there, governor.pointer, written)
  if (typeof there !== 'object')
    throw new PolicyUnreadable(
      `${governor.file}: a list or a map of blocks is expected at ${JSON.stringify(governor.pointer)}; leave out \`each\`, or correct the pointer`,
    )
  return Object.entries(there).flatMap(([key, each]) =>
    blockAt(governor, each, `${governor.pointer}${pointerStep(key)}`, written),
  )
}

function blockAt(governor: GovernorConfig, value: unknown, pointer: string, written: Date): Block[] {
  const state = valueAt(value, governor.blocked_at)
  const blocked = governor.blocked_values
    ? governor.blocked_values.some((each) => each === state)
    : state !== undefined && !['false', '0', 'null', '""'].includes(JSON.stringify(state))
  if (!blocked) return []
  const textAt = (at: string | undefined): string | undefined => {
    const found = at === undefined ? undefined : valueAt(value, at)
    return typeof found === 'string' && found !== '' ? found : undefined
  }
  const timeAt = (at: string | undefined): string | undefined => {
    const found = at === undefined ? undefined : valueAt(value, at)
    if (found === undefined || found === null) return undefined
    const time = typeof found === 'number' ? new Date(found * 1000) : new Date(String(found))
    if (Number.isNaN(time.getTime()))
      throw new PolicyUnreadable(
        `${governor.file}: what stands at ${pointer}${at} is no time; write ISO 8601 or seconds of the epoch, or correct the pointer`,
      )
    return time.toISOString()
  }
  const workload = governor.workload ?? textAt(governor.workload_at)
  if (governor.workload_at !== undefined && workload === undefined)
    throw new PolicyUnreadable(`${governor.file}: ${pointer} names no workload at ${governor.workload_at}`)
  const weights = textAt(governor.weights_at)
  const expires = timeAt(governor.expires_at)
  const reason = textAt(governor.reason_at) ?? (typeof state === 'string' ? state : 'blocked')
  return [
    {
      file: governor.file,
      pointer,
      value_sha256: sha256(canonicalJson(value)),
      ...(workload !== undefined && { workload }),
      ...(weights !== undefined && { weights }),
      reason: reason.slice(0, longestReason),
      created: timeAt(governor.created_at) ?? written.toISOString(),
      ...(expires !== undefined && { expires }),
    },
  ]
}

/** How a governor's file was changed, or why it was not. */
export type Clearing =
  | { readonly cleared: true; readonly copy: string }
  | { readonly cleared: false; readonly why: string }

/**
 * Takes a refuted block out of its governor's file, as far as the config allows. The file is read again behind a lock:
 * where the block has changed meanwhile, it is another block, and stays. A copy of the file as it was is kept beside it.
 */
export async function clearInGovernor(
  governor: GovernorConfig,
  block: Pick<Block, 'pointer' | 'value_sha256'>,
  root: string,
  now: Date,
): Promise<Clearing> {
  const { on_clear } = governor
  const { pointer = governor.pointer, value_sha256 } = block
  if (on_clear === 'keep') return { cleared: false, why: 'its file is not edited (on_clear: keep)' }
  const file = resolve(root, governor.file)
  const lock = await takeLock({
    folder: resolve(root, '.bench', 'locks'),
    name: `governor-${sha256(file).slice(0, 16)}`,
    what: `a change of ${governor.file}`,
  })
  try {
    const text = await readFile(file, 'utf8')
    const value = valueAt(parse(text, governor.file), pointer)
    if (value === undefined || sha256(canonicalJson(value)) !== value_sha256)
      return { cleared: false, why: 'it was changed meanwhile' }
    const copy = `${governor.file}.${now.toISOString().replaceAll(/[:.]/g, '-')}.bak`
    await copyFile(file, resolve(root, copy))
    const writes = on_clear === 'remove' ? undefined : Object.entries(on_clear.write)
    const { mode } = await stat(file)
    await replaceFile(file, edited(text, governor.file, pointer, writes), mode & 0o777)
    return { cleared: true, copy }
  } finally {
    await lock.release()
  }
}

/** The text with a value removed, or with values written from it on; comments and order of YAML stay. Pure. */
function edited(
  text: string,
  name: string,
  pointer: string,
  writes: readonly (readonly [string, unknown])[] | undefined,
): string {
  if (!isJson(name)) {
    const document = parseDocument(text)
    const at = keysIn(document.contents, pointer)
    if (writes) for (const [from, value] of writes) document.setIn([...at, ...pointerKeys(from)], value)
    else if (at.length === 0) document.contents = null
    else document.deleteIn(at)
    return document.toString({ lineWidth: 0 }) // long lines stay as they are
  }
  const value: unknown = JSON.parse(text)
  const indent = /^[ \t]+(?=")/m.exec(text)?.[0] ?? '  '
  const changed = writes
    ? writes.reduce((sum, [from, each]) => withValue(sum, pointerKeys(`${pointer}${from}`), each), value)
    : withoutValue(value, pointerKeys(pointer))
  return `${JSON.stringify(changed, undefined, indent)}${text.endsWith('\n') ? '\n' : ''}`
}

/** Keys as the document has them: of a list, numbers. */
function keysIn(contents: unknown, pointer: string): (string | number)[] {
  let node: unknown = contents
  return pointerKeys(pointer).map((key) => {
    const step = isSeq(node) ? Number(key) : key
    node = isSeq(node) || isMap(node) ? node.get(step, true) : undefined
    return step
  })
}

function withValue(value: unknown, [key, ...rest]: readonly string[], written: unknown): unknown {
  if (key === undefined) return written
  if (Array.isArray(value))
    return value.map((each, index) => (String(index) === key ? withValue(each, rest, written) : each))
  const object = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  return { ...object, [key]: withValue(object[key], rest, written) }
}

function withoutValue(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return null
  if (typeof value !== 'object' || value === null) return value
  if (rest.length === 0) {
    return Array.isArray(value)
      ? value.filter((_, index) => String(index) !== key)
      : Object.fromEntries(Object.entries(value).filter(([each]) => each !== key))
  }
  return Array.isArray(value)
    ? value.map((each, index) => (String(index) === key ? withoutValue(each, rest) : each))
    : Object.fromEntries(
        Object.entries(value).map(([each, inner]) => [each, each === key ? withoutValue(inner, rest) : inner]),
      )
}

function isJson(name: string): boolean {
  return extname(name).toLowerCase() === '.json'
}

function parse(text: string, name: string): unknown {
  try {
    if (isJson(name)) return JSON.parse(text)
    const document = parseDocument(text, { maxAliasCount: 50 } as object)
    if (document.errors[0]) throw document.errors[0]
    return document.toJS({ maxAliasCount: 50 })
  } catch (error) {
    throw new PolicyUnreadable(
      `${name} is no ${isJson(name) ? 'JSON' : 'YAML'}: ${(error as Error).message.split('\n')[0]}. What it blocks is not known`,
      { cause: error },
    )
  }
}

async function readWithTime(file: string, name: string): Promise<[string | undefined, Date]> {
  try {
    const [text, { mtime }] = await Promise.all([readFile(file, 'utf8'), stat(file)])
    return [text, mtime]
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [undefined, new Date(0)]
    throw new PolicyUnreadable(`${name} cannot be read: ${(error as Error).message}`, { cause: error })
  }
}
