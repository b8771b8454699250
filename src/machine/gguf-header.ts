import { type FileHandle, open, stat } from 'node:fs/promises'

/** A value of a GGUF file's metadata. Long arrays are kept as their length only. */
export type GgufValue = string | number | boolean | readonly (number | boolean)[] | { readonly length: number }

/** Longer arrays are vocabularies. */
const longestKeptArray = 1_024
const longestText = 1 << 20
const chunkBytes = 1 << 20
/** The largest vocabularies make heads of some 20 MB. Beyond, a file is damaged or hostile, and would be read for hours. */
const longestHead = 1 << 26
/** Files have some fifty. */
const mostEntries = 10_000
/** The largest vocabularies have half a million merges. */
const mostTexts = 1 << 21
/** The format's own arrays hold arrays at most once. */
const deepestArray = 4

/** Sizes of the fixed types, by their number in the format. */
const fixedBytes: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
}
const [typeString, typeArray] = [8, 9]

/**
 * The metadata of a GGUF file, versions 2 and 3 (ggml's docs/gguf.md), read from its head alone: no weights.
 * Rejects where the file can't be read, is none, or has a head of more than 64 MB.
 */
export async function readGgufHeader(path: string): Promise<ReadonlyMap<string, GgufValue>> {
  // To open a pipe would wait for whoever writes to it.
  if (!(await stat(path)).isFile()) throw new Error(`${path} is no file`)
  const file = await open(path, 'r')
  try {
    const reader = new Reader(file)
    if ((await reader.take(4)).toString('latin1') !== 'GGUF') throw new Error('it does not begin with GGUF')
    const version = (await reader.take(4)).readUInt32LE()
    if (version !== 2 && version !== 3) throw new Error(`version ${version} of the format is unknown`)
    await reader.count() // of tensors
    const entries = await reader.count()
    if (entries > mostEntries) throw new Error(`it claims ${entries} entries, more than ${mostEntries}`)
    const metadata = new Map<string, GgufValue>()
    for (let entry = 0; entry < entries; entry += 1) {
      const key = await reader.text()
      metadata.set(key, await reader.value((await reader.take(4)).readUInt32LE()))
    }
    return metadata
  } catch (cause) {
    throw new Error(`${path} has no readable GGUF header: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  } finally {
    await file.close()
  }
}

class Reader {
  readonly #file: FileHandle
  #chunk: Buffer = Buffer.alloc(0)
  /** Of the chunk's first byte, in the file. */
  #from = 0
  #at = 0

  constructor(file: FileHandle) {
    this.#file = file
  }

  async take(bytes: number): Promise<Buffer> {
    if (this.#at + bytes > this.#chunk.length) {
      this.#from += this.#at
      this.#at = 0
      if (this.#from > longestHead) throw new Error(`its head is longer than ${longestHead} bytes`)
      const chunk = Buffer.alloc(Math.max(bytes, chunkBytes))
      const { bytesRead } = await this.#file.read(chunk, 0, chunk.length, this.#from)
      if (bytesRead < bytes) throw new Error('it is cut short')
      this.#chunk = chunk.subarray(0, bytesRead)
    }
    const taken = this.#chunk.subarray(this.#at, this.#at + bytes)
    this.#at += bytes
    return taken
  }

  skip(bytes: number): void {
    if (this.#at + bytes <= this.#chunk.length) {
      this.#at += bytes
      return
    }
    this.#from += this.#at + bytes
    this.#at = 0
    this.#chunk = Buffer.alloc(0)
  }

  async count(): Promise<number> {
    return Number((await this.take(8)).readBigUInt64LE())
  }

  async text(): Promise<string> {
    const bytes = await this.count()
    if (bytes > longestText) {
      this.skip(bytes)
      return ''
    }
    return (await this.take(bytes)).toString('utf8')
  }

  async value(type: number, depth = 0): Promise<GgufValue> {
    if (type === typeString) return await this.text()
    if (type === typeArray) return await this.#array(depth + 1)
    const bytes = fixedBytes[type]
    if (bytes === undefined) throw new Error(`type ${type} of a value is unknown`)
    return fixed(type, await this.take(bytes))
  }

  async #array(depth: number): Promise<GgufValue> {
    if (depth > deepestArray) throw new Error(`its arrays are nested more than ${deepestArray} deep`)
    const type = (await this.take(4)).readUInt32LE()
    const length = await this.count()
    const bytes = fixedBytes[type]
    if (bytes !== undefined && length <= longestKeptArray) {
      const values: (number | boolean)[] = []
      for (let index = 0; index < length; index += 1) values.push(fixed(type, await this.take(bytes)))
      return values
    }
    if (bytes === undefined && length > mostTexts) throw new Error(`it claims ${length} texts, more than ${mostTexts}`)
    if (bytes !== undefined) this.skip(bytes * length)
    else for (let index = 0; index < length; index += 1) await this.#pass(type, depth)
    return { length }
  }

  /** Passes over a value that has no fixed size. */
  async #pass(type: number, depth: number): Promise<void> {
    if (type === typeString) this.skip(await this.count())
    else await this.value(type, depth)
  }
}

function fixed(type: number, bytes: Buffer): number | boolean {
  switch (type) {
    case 0:
      return bytes.readUInt8()
    case 1:
      return bytes.readInt8()
    case 2:
      return bytes.readUInt16LE()
    case 3:
      return bytes.readInt16LE()
    case 4:
      return bytes.readUInt32LE()
    case 5:
      return bytes.readInt32LE()
    case 6:
      return bytes.readFloatLE()
    case 7:
      return bytes.readUInt8() !== 0
    case 10:
      return Number(bytes.readBigUInt64LE())
    case 11:
      return Number(bytes.readBigInt64LE())
    default:
      return bytes.readDoubleLE()
  }
}
