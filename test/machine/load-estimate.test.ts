import { execFileSync } from 'node:child_process'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readGgufHeader } from '../../src/machine/gguf-header.ts'
import { estimateLoad, type ModelShape, modelShape } from '../../src/machine/load-estimate.ts'

/** SmolLM2-135M, as its file says. */
const tiny = new Map<string, unknown>([
  ['general.architecture', 'llama'],
  ['llama.block_count', 30],
  ['llama.context_length', 8192],
  ['llama.embedding_length', 576],
  ['llama.feed_forward_length', 1536],
  ['llama.attention.head_count', 9],
  ['llama.attention.head_count_kv', 3],
])

describe('the shape of a model', () => {
  test('is read from its metadata; the length of a head follows where it is not given', () => {
    expect(modelShape(tiny)).toEqual({
      layers: 30,
      kv_heads: Array(30).fill(3),
      key_length: 64,
      value_length: 64,
      feed_forward: 1536,
      embedding: 576,
      context_trained: 8192,
    })
  })

  test('has heads of its own for each layer where the metadata lists them', () => {
    const mixed = new Map([...tiny, ['llama.attention.head_count_kv', [3, 0, 3]], ['llama.block_count', 3]] as const)
    expect(modelShape(mixed)?.kv_heads).toEqual([3, 0, 3])
  })

  test('says where layers keep less than the whole context, so that the cache is a most', () => {
    expect(modelShape(new Map([...tiny, ['llama.attention.sliding_window', 1024]]))?.keeps_less).toBe(true)
    expect(modelShape(tiny)).not.toHaveProperty('keeps_less')
  })

  test.for([[null], [[]]])('has no more than all heads where a list of them was left out, as %j', ([left_out]) => {
    const found = modelShape(new Map([...tiny, ['llama.attention.head_count_kv', left_out]] as [string, unknown][]))
    expect(found).toMatchObject({ kv_heads: Array(30).fill(9), keeps_less: true })
  })

  test('is unknown where layers or heads are', () => {
    expect(modelShape(new Map([...tiny, ['llama.block_count', undefined]]))).toBeUndefined()
    expect(modelShape(new Map())).toBeUndefined()
  })
})

describe('an estimate', () => {
  const shape = modelShape(tiny) as ModelShape
  const of = (context: number, sequences = 1, cache_type: 'f16' | 'q8_0' = 'f16') =>
    estimateLoad({ weights_bytes: 98_362_432, shape, context, sequences, cache_type })

  test('has the cache that llama.cpp allocates: 22.5 MiB for 1024 tokens in f16, 11.95 MiB in q8_0', () => {
    expect(of(1024).cache_bytes / 2 ** 20).toBe(22.5)
    expect(of(1024, 1, 'q8_0').cache_bytes / 2 ** 20).toBeCloseTo(11.95, 2)
  })

  test('has keys and values of their own types: f16 beside q8_0 is half of each', () => {
    const mixed = estimateLoad({
      weights_bytes: 1,
      shape,
      context: 1024,
      sequences: 1,
      cache_type: 'q8_0',
      value_cache_type: 'f16',
    })
    expect(mixed.cache_bytes).toBe((of(1024).cache_bytes + of(1024, 1, 'q8_0').cache_bytes) / 2)
  })

  test('grows with context and sequences, never falls below weights and cache, and is the sum of its parts', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200_000 }), fc.integer({ min: 1, max: 8 }), (context, sequences) => {
        const estimate = of(context, sequences)
        const { weights_bytes, cache_bytes, margin_bytes, total_bytes } = estimate
        expect(weights_bytes + cache_bytes + margin_bytes).toBe(total_bytes)
        expect(margin_bytes).toBeGreaterThan(0)
        expect(of(context + 256, sequences).cache_bytes).toBeGreaterThan(cache_bytes)
        expect(of(context, sequences + 1).cache_bytes).toBeGreaterThan(cache_bytes)
      }),
    )
  })
})

describe('the header of a GGUF file', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'bench-memo-gguf-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  async function written(bytes: Buffer): Promise<string> {
    const file = path.join(folder, `${Math.random()}.gguf`)
    await writeFile(file, bytes)
    return file
  }
  const u32 = (value: number) => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32LE(value)
    return bytes
  }
  const u64 = (value: number) => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64LE(BigInt(value))
    return bytes
  }
  const text = (value: string) => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)])
  const header = (...entries: Buffer[]) =>
    Buffer.concat([Buffer.from('GGUF'), u32(3), u64(1), u64(entries.length), ...entries])
  const words = Buffer.concat(Array.from({ length: 40_000 }, (_, index) => text(`word-number-${index}-of-many`)))

  test('is read past vocabularies of any length, which stay in the file', async () => {
    const file = await written(
      header(
        Buffer.concat([text('general.architecture'), u32(8), text('llama')]),
        Buffer.concat([text('tokenizer.ggml.tokens'), u32(9), u32(8), u64(40_000), words]),
        Buffer.concat([text('llama.heads'), u32(9), u32(4), u64(2), u32(3), u32(5)]),
        Buffer.concat([text('scores'), u32(9), u32(6), u64(2_000), Buffer.alloc(8_000)]),
        Buffer.concat([text('llama.block_count'), u32(4), u32(30)]),
        Buffer.concat([text('flag'), u32(7), Buffer.from([1])]),
      ),
    )
    expect([...(await readGgufHeader(file))]).toEqual([
      ['general.architecture', 'llama'],
      ['tokenizer.ggml.tokens', { length: 40_000 }],
      ['llama.heads', [3, 5]],
      ['scores', { length: 2_000 }],
      ['llama.block_count', 30],
      ['flag', true],
    ])
  })

  test.for([
    ['is no GGUF', Buffer.from('PK\x03\x04 and so on and on'), 'does not begin with GGUF'],
    ['has another version', Buffer.concat([Buffer.from('GGUF'), u32(9), u64(0), u64(0)]), 'version 9'],
    ['is cut short', header(text('general.architecture')).subarray(0, 30), 'cut short'],
    ['has an unknown type', header(Buffer.concat([text('key'), u32(77)])), 'type 77'],
  ] as const)('of a file that %s is refused with the reason', async ([, bytes, reason]) => {
    await expect(readGgufHeader(await written(bytes))).rejects.toThrow(reason)
  })

  test('of a hostile file is not read for ever: a head without end, arrays in arrays, and what is no file', async () => {
    const entries = await written(Buffer.concat([Buffer.from('GGUF'), u32(3), u64(1), u64(2 ** 40)]))
    await expect(readGgufHeader(entries)).rejects.toThrow('claims 1099511627776 entries')
    const texts = await written(header(Buffer.concat([text('a'), u32(9), u32(8), u64(2 ** 40)])))
    await expect(readGgufHeader(texts)).rejects.toThrow('claims 1099511627776 texts')

    const endless = await written(header(Buffer.concat([text('a'), u32(9), u32(0), u64(2 ** 30)]), text('b')))
    // A hole, which costs the test no space.
    const file = await open(endless, 'r+')
    await file.truncate(2 ** 31)
    await file.close()
    await expect(readGgufHeader(endless)).rejects.toThrow('its head is longer than 67108864 bytes')

    const nested = Buffer.concat(Array.from({ length: 100 }, () => Buffer.concat([u32(9), u64(1)])))
    await expect(
      readGgufHeader(await written(header(Buffer.concat([text('a'), u32(9), nested, Buffer.alloc(2_000_000)])))),
    ).rejects.toThrow('nested more than 4 deep')

    const pipe = path.join(folder, 'pipe.gguf')
    execFileSync('mkfifo', [pipe])
    await expect(readGgufHeader(pipe)).rejects.toThrow('is no file')
  })
})
