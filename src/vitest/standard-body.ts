import { gateNames } from '../config/gates-for.ts'
import { curtailmentOf } from '../gates/curtailment.ts'
import type { LaneBodyContext } from './describe-lane.ts'
import { LaneEnded } from './lane-ended.ts'
import { requirePass, type TestLane } from './test-lane.ts'

const titles = {
  identity: 'identity: every answer is proven to come from the expected weights',
  context: 'context: prompts reach the model whole',
  validity: 'validity: the answers keep the contract',
  quality: 'quality: the answers hold the expected facts',
  latency: 'latency: the answers come in time',
  memory: 'memory: the machine stays usable',
  worker: 'worker: the model that is selected is the one that the workers reach',
} as const

/** A workload's standard probes and gates: is it there, ask all records, judge by every gate, run its workers. */
export function standardBody({ test, records }: LaneBodyContext, { hasWorkers }: { hasWorkers: boolean }): void {
  test('the lane is present', async ({ lane }) => {
    await lane.present()
  })
  test(`answers ${records.length} records`, async ({ lane, skip }) => {
    skip(await isAbsent(lane), absent)
    const completions = await lane.measure(records)
    const stop = curtailmentOf({ evidence: lane.evidence(), lane: lane.name, workload: lane.workload })
    if (stop) skip(`stopped early, because ${stop.gate} had failed: ${stop.asked} of ${stop.records} records asked`)
    if (completions.length < records.length) throw new LaneEnded(completions.length, records.length, completions.at(-1))
  })
  for (const gate of gateNames) {
    if (gate === 'worker' && !hasWorkers) continue
    test(titles[gate], async ({ lane, skip }) => {
      skip(await isAbsent(lane), absent)
      if (gate !== 'worker') await lane.measure(records)
      requirePass(await lane.judge(gate))
    })
  }
}

const absent = 'the lane is not present'

/** Looks once, whoever asks first; the test of the presence itself fails with the reason. */
async function isAbsent(lane: TestLane): Promise<boolean> {
  return lane.present().then(
    () => false,
    () => true,
  )
}
