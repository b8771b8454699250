import { writeFile } from 'node:fs/promises'

/** GGUF's codes of types (ggml's docs/gguf.md). */
const types = { float32: 6, text: 8 } as const
const alignment = 32
/** Of SmolLM2-135M: the width of its embeddings and of its query projection. */
const width = 576
const rank = 4

/**
 * Writes a LoRA adapter for SmolLM2-135M: of rank 4 on the query projection of its first layer, with numbers that the
 * seed decides.
 */
export async function writeAdapter(path: string, seed: number): Promise<void> {
  const shapes = { lora_a: [width, rank], lora_b: [rank, width] } as const
  const tensors = Object.entries(shapes).map(([name, shape]) => ({ name: `blk.0.attn_q.weight.${name}`, shape }))
  const bytes = width * rank * Float32Array.BYTES_PER_ELEMENT
  const head = Buffer.concat([
    Buffer.from('GGUF'),
    uint32(3),
    uint64(tensors.length),
    uint64(4),
    ...[text('general.type'), uint32(types.text), text('adapter')],
    ...[text('general.architecture'), uint32(types.text), text('llama')],
    ...[text('adapter.type'), uint32(types.text), text('lora')],
    ...[text('adapter.lora.alpha'), uint32(types.float32), Buffer.from(new Float32Array([8]).buffer)],
    ...tensors.flatMap(({ name, shape }, index) => [
      ...[text(name), uint32(shape.length), ...shape.map(uint64)],
      ...[uint32(0), uint64(index * bytes)],
    ]),
  ])
  const padding = Buffer.alloc((alignment - (head.length % alignment)) % alignment)
  let state = seed
  const random = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31 - 0.5
  }
  const data = Float32Array.from({ length: tensors.length * width * rank }, random)
  await writeFile(path, Buffer.concat([head, padding, Buffer.from(data.buffer)]))
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32LE(value)
  return buffer
}

function uint64(value: number): Buffer {
  const buffer = Buffer.alloc(8)
  buffer.writeBigUInt64LE(BigInt(value))
  return buffer
}

function text(value: string): Buffer {
  return Buffer.concat([uint64(Buffer.byteLength(value)), Buffer.from(value)])
}
