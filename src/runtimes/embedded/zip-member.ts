import { type FileHandle, open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { createInflateRaw } from 'node:zlib'

const endRecordBytes = 22
const longestComment = 0xffff

/**
 * A stream of one member of a zip archive such as a Python wheel, read without any other program.
 * Rejects where the archive is damaged, encrypted, over 4 GiB (zip64) or has no such member. Close `file` afterwards.
 */
export async function openZipMember(archive: string, member: string): Promise<{ stream: Readable; file: FileHandle }> {
  const file = await open(archive, 'r')
  try {
    const entry = await findEntry(file, member)
    const header = await read(file, entry.offset, 30)
    if (header.readUInt32LE(0) !== 0x04034b50) throw new Error('the local header of the member is damaged')
    const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
    const raw = file.createReadStream({
      start,
      end: start + entry.compressed_bytes - 1,
      autoClose: false,
      highWaterMark: 1 << 20,
    })
    if (entry.method === 0) return { stream: raw, file }
    if (entry.method !== 8) throw new Error(`the member is compressed in an unknown way (${entry.method})`)
    const inflate = createInflateRaw({ chunkSize: 1 << 18 })
    raw.on('error', (error) => inflate.destroy(error))
    return { stream: raw.pipe(inflate), file }
  } catch (cause) {
    await file.close()
    throw new Error(`${archive}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

interface Entry {
  readonly method: number
  readonly compressed_bytes: number
  readonly offset: number
}

async function findEntry(file: FileHandle, member: string): Promise<Entry> {
  const { size } = await file.stat()
  const tailStart = Math.max(0, size - endRecordBytes - longestComment)
  const tail = await read(file, tailStart, size - tailStart)
  const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]))
  if (end < 0) throw new Error('this is no zip archive, or it was cut short')
  const directory = await read(file, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12))
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === 0x02014b50; ) {
    const nameBytes = directory.readUInt16LE(at + 28)
    const name = directory.toString('utf8', at + 46, at + 46 + nameBytes)
    if (name === member) {
      if (directory.readUInt16LE(at + 8) & 1) throw new Error(`${member} is encrypted`)
      return {
        method: directory.readUInt16LE(at + 10),
        compressed_bytes: directory.readUInt32LE(at + 20),
        offset: directory.readUInt32LE(at + 42),
      }
    }
    at += 46 + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
  }
  throw new Error(`it holds no ${member}`)
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  const { bytesRead } = await file.read(buffer, 0, length, position)
  if (bytesRead < length) throw new Error('the archive is cut short')
  return buffer
}
