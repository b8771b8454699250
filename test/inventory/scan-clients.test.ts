import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { pathsIn, scanClients, scanLimits } from '../../src/inventory/scan-clients.ts'

async function project(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-memo-clients-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
  return folder
}

const client = 'import ollama\n\nollama.chat(model="qwen3:8b")\n'

describe('the scan of clients', () => {
  it('reads files, folders and patterns once each, in order, and says for what nothing was found', async () => {
    const folder = await project({ 'b/worker.py': client, 'a.py': client, 'b/notes.txt': 'model = "x"\n' })
    const found = await scanClients(['b', '**/*.py', 'missing/*.ts'], folder)
    expect(found).toMatchObject({ files: 3, left_out: ['missing/*.ts: nothing there'] })
    expect(found.paths).toEqual([
      { file: 'a.py', line: 1, libraries: ['ollama'] },
      { file: 'a.py', line: 3, tags: ['qwen3:8b'] },
      { file: 'b/worker.py', line: 1, libraries: ['ollama'] },
      { file: 'b/worker.py', line: 3, tags: ['qwen3:8b'] },
    ])
  })

  it('takes what may be of anything for a tag only where the file has a certain sign of a client', () => {
    expect(pathsIn('django.py', 'class Book:\n  model = "shop.Book"\n')).toEqual([])
    expect(pathsIn('client.py', 'import openai\nx(model="shop.Book")\n')).toHaveLength(2)
  })

  it('leaves out what is binary, too large or installed, and says so', async () => {
    const folder = await project({
      'a.bin': Buffer.from([0, 1, 2]),
      'big.py': client.repeat(100),
      'node_modules/x/index.py': client,
      'ok.py': client,
    })
    const found = await scanClients(['**/*'], folder, { limits: { ...scanLimits, bytes_per_file: 1024 } })
    expect(found).toMatchObject({ files: 1, left_out: ['a.bin: no text', 'big.py: larger than 1 kB'] })
  })

  it('stops at its limits of files, bytes and time, and says so', async () => {
    const folder = await project({ 'a.py': client, 'b.py': client, 'c.py': client })
    const scan = (limits: object) => scanClients(['*.py'], folder, { limits: { ...scanLimits, ...limits } })
    expect(await scan({ files: 2 })).toMatchObject({ files: 2, left_out: [expect.stringContaining('more files than')] })
    expect(await scan({ bytes: 10 })).toMatchObject({ files: 1, left_out: [expect.stringContaining('2 files: ')] })
    expect((await scan({ deadline_ms: 0 })).files).toBe(0)
  })

  it('tells that a line holds a key, and never the key', () => {
    const keys = fc.stringMatching(/^sk-[a-z0-9]{20,40}[0-9]$/)
    const around = fc.constantFrom(
      (key: string) => `OPENAI_API_KEY=${key}`,
      (key: string) => `base = "http://127.0.0.1:11434/v1/${key}"`,
      (key: string) => `chat(model="team/${key}")`,
      (key: string) => `client = OpenAI(api_key="${key}", base_url="http://localhost:11434/v1")`,
      (key: string) => `import openai; openai.api_key = '${key}'; model="${key}"`,
      (key: string) => `curl -H "Authorization: Bearer ${key}" localhost:11434/api/chat`,
      (key: string) => `LOCAL_MODEL_TAG="${key}"`,
    )
    fc.assert(
      fc.property(keys, around, fc.string(), (key, write, before) => {
        const found = pathsIn('x.py', `${before.replaceAll('\n', ' ')}\n${write(key)}\n`)
        expect(found.at(-1)).toMatchObject({ line: 2, secret: true })
        expect(JSON.stringify(found)).not.toContain(key)
      }),
    )
  })

  it('takes any text, in time that grows with its length', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        pathsIn('x.py', text)
      }),
    )
    for (const unit of ['ollama ', "'ollama', ", 'model="', 'https://', 'Bearer ', 'api_key=a1', 'OPENAI_MODEL']) {
      const line = unit.repeat(Math.ceil(4_096 / unit.length))
      const started = performance.now()
      pathsIn('x.py', `import openai\n${line}\n`.repeat(10))
      expect(performance.now() - started, unit).toBeLessThan(500)
    }
  })
})
