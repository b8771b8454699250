import type { EvidenceOf } from '../evidence/schema.ts'
import { askUnknownTag, type NegativeControls } from '../lanes/ask-unknown-tag.ts'
import type { CallContext } from '../lanes/call-context.ts'
import type { Lane } from '../lanes/lane.ts'

/**
 * Asks a lane for a tag that cannot exist, after its records: a server that answers any name would otherwise give its
 * first, cold answer to this. Once a run for each lane, and only where it was not asked before its weights were loaded;
 * recorded as one more look at the lane.
 */
export async function probeNegativeControl(
  lane: Lane,
  controls: NegativeControls,
  context: CallContext,
): Promise<void> {
  const looks = lane.evidence().filter((each): each is EvidenceOf<'lane'> => each.kind === 'lane')
  const look = looks.at(-1)
  if (!lane.config.negative_control || look?.failure || look?.negative_control !== 'not-asked') return
  const { id: _id, run_id: _run, at: _at, load_ms: _load, ...facts } = look
  const known = await controls.recall()
  await lane.probe(async ({ runtime, signal }) => {
    const negative_control = known ?? (await askUnknownTag(runtime, signal))
    await controls.remember(negative_control)
    return { ...facts, rung: 'answered', negative_control }
  }, context)
}
