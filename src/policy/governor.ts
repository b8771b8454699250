import { constants, copyFile, readFile, realpath, rm, stat } from 'node:fs/promises'
import { basename, dirname, extname, resolve } from 'node:path'
import { parseDocument } from 'yaml'
import { pointerStep, valueAt } from '../config/json-pointer.ts'
import type { GovernorConfig } from '../config/policy-schema.ts'
import { canonicalJson } from '../evidence/read.ts'
import { sha256 } from '../evidence/stored-text.ts'
import { takeLock } from '../lanes/machine-lock.ts'
import type { Block } from './block.ts'
import { editedText } from './governor-edit.ts'
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
    ? governor.blocked_values.some((each) => each === state || (each === true && isWrittenTrue(state)))
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

/** As YAML before 1.2 has it, which many writers still follow, and as a text. */
const isWrittenTrue = (state: unknown): boolean => typeof state === 'string' && /^(?:true|yes|on|y)$/i.test(state)

/** How a governor's file was changed, or why it was not. */
export type Clearing =
  | { readonly cleared: true; readonly copy: string }
  | { readonly cleared: false; readonly why: string }

/**
 * Takes a refuted block out of its governor's file, as far as the config allows. The file is read again behind a lock:
 * where the block has changed meanwhile, it is another block, and stays. A copy of the file as it was is kept beside it.
 * Never rejects: a file that could not be changed is kept, and said to be.
 */
export async function clearInGovernor(
  governor: GovernorConfig,
  block: Pick<Block, 'pointer' | 'value_sha256'>,
  root: string,
  now: Date,
): Promise<Clearing> {
  if (governor.on_clear === 'keep') return { cleared: false, why: 'its file is not edited (on_clear: keep)' }
  const file = resolve(root, governor.file)
  try {
    const lock = await takeLock({
      folder: resolve(root, '.bench', 'locks'),
      name: `governor-${sha256(file).slice(0, 16)}`,
      what: `a change of ${governor.file}`,
    })
    try {
      return await clearNow(governor, block, file, now)
    } finally {
      await lock.release()
    }
  } catch (error) {
    return { cleared: false, why: `its file could not be changed: ${(error as Error).message}` }
  }
}

async function clearNow(
  governor: GovernorConfig,
  { pointer = governor.pointer, value_sha256 }: Pick<Block, 'pointer' | 'value_sha256'>,
  named: string,
  now: Date,
): Promise<Clearing> {
  const { on_clear, file: name } = governor
  // Behind a symbolic link stands the file that the governor writes: the link stays one.
  const file = await realpath(named)
  const text = await readFile(file, 'utf8')
  const { mode, uid, gid, atime, mtime } = await stat(file)
  const value = valueAt(parse(text, name), pointer)
  if (value === undefined || sha256(canonicalJson(value)) !== value_sha256)
    return { cleared: false, why: 'it was changed meanwhile' }
  const writes = on_clear === 'remove' || on_clear === 'keep' ? undefined : Object.entries(on_clear.write)
  const edited = editedText(text, isJson(name) ? 'json' : 'yaml', (each) => parse(each, name), pointer, writes)
  if (edited === undefined)
    return {
      cleared: false,
      why: 'its file cannot be edited without a change to more than this block: edit it by hand',
    }
  const copy = await keepCopy(file, named, name, now)
  const replaced = await replaceFile(file, edited, {
    mode: mode & 0o7777,
    owner: { uid, gid },
    // Blocks without a time of their own are as old as the file: those that stay must not grow younger.
    ...(governor.created_at === undefined && { times: { atime, mtime } }),
    unless: async () => (await readFile(file, 'utf8')) !== text,
  })
  if (replaced) return { cleared: true, copy }
  await rm(resolve(dirname(named), basename(copy)), { force: true })
  return { cleared: false, why: 'it was changed meanwhile' }
}

/** Beside the file as the config names it; never in the place of an earlier copy. Returns its name, as the config's is. */
async function keepCopy(file: string, named: string, name: string, now: Date): Promise<string> {
  const time = now.toISOString().replaceAll(/[:.]/g, '-')
  for (let number = 1; ; number += 1) {
    const suffix = `.${time}${number === 1 ? '' : `-${number}`}.bak`
    try {
      await copyFile(file, `${named}${suffix}`, constants.COPYFILE_EXCL)
      return `${name}${suffix}`
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

function isJson(name: string): boolean {
  return extname(name).toLowerCase() === '.json'
}

function parse(text: string, name: string): unknown {
  try {
    // Some editors begin a file with a mark of its byte order.
    const value: unknown = isJson(name) ? JSON.parse(text.replace(/^\ufeff/, '')) : undefined
    // Also of JSON: a key that stands twice may mean blocked to one reader, and not to another. Merged keys (`<<`) hold
    // for most readers of YAML: a block may stand in them.
    const document = parseDocument(text, { merge: true })
    const [problem] = document.errors.filter(({ code }) => !isJson(name) || code === 'DUPLICATE_KEY')
    if (problem) throw problem
    return isJson(name) ? value : document.toJS({ maxAliasCount: 50 })
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
