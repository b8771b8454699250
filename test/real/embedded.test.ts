import { open } from 'node:fs/promises'
import { platform } from 'node:os'
import { afterEach, describe, expect, test } from 'vitest'
import type { Completion } from '../../src/evidence/schema.ts'
import { ensureWeights } from '../../src/runtimes/embedded/ensure-weights.ts'
import { evidenceOfRun } from '../support/evidence-of-run.ts'
import { createMiniProject, type MiniProject } from '../support/mini-project.ts'
import { descendants, isRunning } from '../support/processes.ts'

/** Real weights, the real engine, the project's own datasets, through a whole Vitest run. */

/** On Linux the engine's process is seen to map the file. */
const bestLevel = platform() === 'linux' ? 'mapped' : 'weights'
const pinned = 'sha256:b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53'
const files = (lane = '') => ({
  'bench.config.yaml': `
version: 1
runtimes: { embedded: { kind: embedded } }
lanes:
  tiny: { runtime: embedded, model: smollm2-135m-instruct, context: 1024, ${lane || `weights: '${pinned}'`} }
workloads:
  tickets:
    title: Tickets
    dataset: ../../../datasets/ticket-extraction
    lanes: [tiny]
    privacy: public
    limits: { seconds_per_record: 60, output_tokens: 60 }
`,
  'vitest.config.ts':
    "import benchMemo from '../../../src/plugin.ts'\nexport default { plugins: [benchMemo()], test: { include: [] } }\n",
  'evals/tickets.eval.ts': "import { describe } from 'bench-memo'\ndescribe.lane('tickets')\n",
})
const minutes = (n: number) => ({ timeout: n * 60_000 })

let project: MiniProject
afterEach(() => project.remove())

const evidenceOf = (run?: string) => evidenceOfRun(project.folder, run)
const completionsOf = async () => (await evidenceOf()).filter((each): each is Completion => each.kind === 'completion')

describe('the embedded lane', () => {
  test('answers from the pinned weights, proven at level weights, once for each record', minutes(4), async () => {
    project = await createMiniProject(files())
    const { output } = await project.run(['--reporter=bench-memo'], { env: { BENCH_MEMO_RECORDS: '3' } })
    const completions = await completionsOf()
    expect(completions.map(({ record_id }) => record_id)).toEqual(['ticket-001', 'ticket-002', 'ticket-003'])
    for (const { identity, observed_model, requested_model, outcome } of completions) {
      expect(identity).toMatchObject({ level: bestLevel, weights_sha256: pinned.slice(7), contradictions: [] })
      expect(observed_model).toBe(requested_model)
      expect(outcome).toMatchObject({ state: 'answered', finish_reason: 'stop' })
    }
    expect(completions.map(({ outcome }) => outcome.state === 'answered' && outcome.timing.state)).toEqual([
      'cold',
      'warm',
      'warm',
    ])
    const evidence = await evidenceOf()
    expect(evidence.filter(({ kind }) => kind === 'lane')).toMatchObject([
      { rung: 'loaded', description: { quantization: 'Q4_1', context_trained: 8192, context_in_force: 1024 } },
    ])
    const memory = evidence.find((each) => each.kind === 'memory')
    expect(memory?.serving_rss?.peak).toBeGreaterThan(150_000_000)
    expect(memory?.serving_rss?.before).toBeLessThan(memory?.serving_rss?.peak ?? 0)
    expect(output).toContain('insufficient, 3 of 25')
  })

  test('does not count other weights than the pinned ones as a success', minutes(4), async () => {
    project = await createMiniProject(files(`weights: 'sha256:${'0'.repeat(64)}'`))
    const { exitCode, output } = await project.run(['--reporter=bench-memo'], { env: { BENCH_MEMO_RECORDS: '1' } })
    expect(output).toContain('the config expects sha256:000000000000…')
    expect(output).toContain('tiny is untrusted')
    expect(exitCode).toBe(1)
  })

  test('says what to do where the weights file is not there, and asks nothing', minutes(2), async () => {
    project = await createMiniProject(files('weights_file: absent.gguf'))
    const { exitCode, output } = await project.run()
    expect(output).toContain('absent.gguf')
    expect(await completionsOf()).toEqual([])
    expect(output).toContain('blocked-local')
    expect(exitCode).toBe(1)
  })

  test('says that a half-downloaded weights file cannot be loaded', minutes(2), async () => {
    const whole = await open(await ensureWeights('smollm2-135m-instruct'))
    const { buffer } = await whole.read(Buffer.alloc(1_000_000), 0, 1_000_000, 0)
    await whole.close()
    project = await createMiniProject({ ...files('weights_file: half.gguf'), 'half.gguf': buffer })
    const { exitCode, output } = await project.run()
    expect(output).toMatch(/half\.gguf/)
    expect(await completionsOf()).toEqual([])
    expect(exitCode).toBe(1)
  })
})

describe.runIf(process.platform === 'linux')('when something is killed', () => {
  /** Resolves once the engine of this run has answered its first record. */
  async function engineAtWork(main: number): Promise<number> {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 200))
      const [engine] = await descendants(main, 'embedded/engine')
      if (engine !== undefined && (await completionsOf()).length > 0) return engine
    }
  }

  test('the engine: one message, what was answered is kept, and the memo is still written', minutes(4), async () => {
    project = await createMiniProject(files())
    const { exitCode, output } = await project.run(['--reporter=bench-memo'], {
      onStart: (_, pid) => void engineAtWork(pid).then((engine) => process.kill(engine, 'SIGKILL')),
    })
    const completions = await completionsOf()
    expect(completions.at(-1)?.outcome).toMatchObject({ state: 'failed', code: 'runner-died' })
    expect(completions.length).toBeLessThan(30)
    expect(output).toMatch(/answered \d+ of 30 records, then stopped\. ticket-\d+: /)
    expect(output).toContain('tiny is unproven: context: the probe got no answer')
    expect(output).toContain('Memo: ')
    expect(exitCode).toBe(1)
  })

  test('Vitest itself, by SIGKILL: nothing is left running', minutes(4), async () => {
    project = await createMiniProject(files())
    let engine = 0
    await project.run(['--reporter=bench-memo'], {
      onStart: (kill, pid) =>
        void engineAtWork(pid).then((found) => {
          engine = found
          kill('SIGKILL')
        }),
    })
    await expect.poll(() => isRunning(engine), { timeout: 10_000 }).toBe(false)
    expect((await completionsOf()).length).toBeGreaterThan(0)
  })
})
