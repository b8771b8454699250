import { dirname, join, relative } from 'node:path'
import type { Vitest } from 'vitest/node'
import { prepareFolder } from '../cache/bench-folder.ts'
import { variablesInUse } from '../config/environment.ts'
import type { LaneConfig } from '../config/schema.ts'
import { randomId } from '../evidence/random-id.ts'
import type { Evidence, EvidenceFacts } from '../evidence/schema.ts'
import { openSpool, type Spool } from '../evidence/spool.ts'
import { createEngines } from '../lanes/engines.ts'
import { takeSnapshot } from '../machine/snapshot.ts'
import { policyFacts } from '../policy/policy-facts.ts'
import { type AttemptIndex, openAttemptIndex } from './attempt-index.ts'
import type { BenchContext } from './bench-context.ts'
import { type AttemptsQuestion, attemptsFacts } from './earlier-attempts.ts'
import type { EffectiveConfig } from './effective-config.ts'
import { createFetchProgress } from './fetch-progress.ts'
import { endGracefully } from './graceful-end.ts'
import { type HashingProgress, hashingLine } from './hashing-progress.ts'
import { startHost } from './host.ts'
import { inventoryOnce } from './inventory-once.ts'
import { latestCapability } from './latest-capability.ts'
import { latestModels } from './latest-models.ts'
import { runFilters } from './run-filters.ts'
import { softwareVersions } from './software-versions.ts'
import { createTurns } from './turns.ts'

/** What Vitest's main process owns for all lanes: the run's id and evidence, the embedded engine, the loopback host. */
export async function startBench(vitest: Vitest, loaded: EffectiveConfig): Promise<BenchContext> {
  const root = dirname(loaded.path)
  const folder = join(root, '.bench')
  const engines = createEngines(loaded.config, root, (model) =>
    createFetchProgress(model, (line) => vitest.logger.log(line)),
  )
  const turns = createTurns(loaded.config, (line) => vitest.logger.log(line))
  let run = newRun(folder)
  let spool: Spool | undefined
  let isRerun = false

  /** The main process's own segment; opened with the first question, so that a run without lanes writes nothing. */
  async function beginRun(): Promise<readonly Evidence[]> {
    await prepareFolder(folder)
    spool = openSpool(run.evidenceFolder, run.id)
    const previous = await latestModels(folder)
    const described = spool.append({
      kind: 'run',
      versions: await softwareVersions(),
      config_file: relative(root, loaded.path),
      config_sha256: loaded.sha256,
      mode: loaded.config.run,
      filters: [...runFilters(vitest), ...(isRerun ? ['watch rerun'] : [])],
      ...(loaded.discovery && { discovered: [...loaded.discovery.found] }),
      ...(previous && { previous }),
      environment_names: variablesInUse(loaded.config, process.env),
    })
    const own = spool
    const taking = takeSnapshot()
    inventory = inventoryOnce({ loaded, root, snapshot: taking, append: (facts) => own.append(facts) })
    const remarks = (loaded.discovery?.remarks ?? []).map((remark) => {
      vitest.logger.log(`bench-memo: ${remark.what} ${remark.remedy}`)
      return own.append({ kind: 'incident', ...remark })
    })
    const [snapshot, blocks] = await Promise.all([taking, policyFacts(loaded.config, root, new Date())])
    return [described, own.append({ kind: 'machine', ...snapshot }), own.append(blocks), ...remarks]
  }
  let begun: Promise<readonly Evidence[]> | undefined
  /** Written beside the run, which does not wait for it. */
  let inventory: Promise<void> | undefined
  let attempts: AttemptIndex | undefined
  /** Workers come and go with each file; what is found out of a lane once a run is kept here for them. */
  const known = new Map<string, unknown>()
  const giveUpWaiting = () => turns.giveUpWaiting()

  const host = await startHost({
    async begin() {
      begun ??= beginRun()
      return { run_id: run.id, evidence_folder: run.evidenceFolder, run_evidence: await begun }
    },
    async known(question) {
      const { lane, what, value } = question as { lane: string; what: string; value?: unknown }
      const key = `${what} ${lane}`
      if (value !== undefined) known.set(key, value)
      return { value: known.get(key) }
    },
    async 'earlier-capability'(question) {
      return { value: await latestCapability(folder, (question as { lane: string }).lane) }
    },
    async attempts(question) {
      begun ??= beginRun()
      await begun
      const asked = question as AttemptsQuestion
      attempts ??= openAttemptIndex(folder, run.id)
      const earlier = await attempts.earlier(asked.trial_sha256)
      return { evidence: spool?.append(attemptsFacts(loaded.config, asked, earlier)) }
    },
    async hashing(question) {
      vitest.logger.log(hashingLine(question as HashingProgress))
    },
    turn(question) {
      // With each question: Vitest forgets who listens when a run begins.
      vitest.onCancel(giveUpWaiting)
      return turns.wait((question as { lane: string }).lane)
    },
    async engine(question, signal) {
      const { lane } = question as { lane: string }
      return engines.connect(loaded.config.lanes[lane] as LaneConfig, signal)
    },
  })
  endGracefully(vitest, () => begun !== undefined)
  vitest.onTestsRerun(() => {
    isRerun = true
    spool?.close()
    run = newRun(folder)
    spool = undefined
    begun = undefined
    attempts = undefined
    known.clear()
  })
  vitest.onClose(async () => {
    spool?.close()
    await Promise.all([engines.stop(), host.close()])
    await turns.release()
  })
  return {
    loaded,
    root,
    folder,
    host,
    run: () => ({ ...run, begun: begun !== undefined }),
    release: () => turns.release(),
    settled: async () => {
      await begun
      await inventory
    },
    append: async (facts: EvidenceFacts) => {
      begun ??= beginRun()
      await begun
      spool?.append(facts)
    },
  }
}

function newRun(folder: string): { id: string; folder: string; evidenceFolder: string } {
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '-')
  const id = `${stamp}-${randomId().slice(0, 4)}`
  const runFolder = join(folder, 'runs', id)
  return { id, folder: runFolder, evidenceFolder: join(runFolder, 'evidence') }
}
