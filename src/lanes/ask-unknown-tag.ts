import type { LaneConfig } from '../config/schema.ts'
import { randomId } from '../evidence/random-id.ts'
import type { EvidenceOf } from '../evidence/schema.ts'
import { ModelMissing, RequestRefused } from '../runtimes/failures.ts'
import type { Runtime } from '../runtimes/runtime.ts'
import type { CallContext } from './call-context.ts'

export type NegativeControl = NonNullable<EvidenceOf<'lane'>['negative_control']>

/** What a run knows already of a lane's negative control: it is asked once, and lanes come and go with each file. */
export interface NegativeControls {
  recall(): Promise<NegativeControl | undefined>
  remember(control: NegativeControl): Promise<void>
}

const deadline_ms = 60_000

/**
 * The negative control of a lane as far as it can be had before the weights are loaded, so that the first answer stays
 * the first one. Servers that would not refuse at once are asked after the records, by a probe.
 */
export async function controlEarly(
  runtime: Runtime,
  { lane, controls, context }: { lane: LaneConfig; controls: NegativeControls; context: CallContext },
): Promise<NegativeControl> {
  if (!lane.negative_control) return 'not-asked'
  const known = await controls.recall()
  if (known !== undefined || !runtime.refuses_unknown_tags) return known ?? 'not-asked'
  const control = await askUnknownTag(runtime, context.signal)
  await controls.remember(control)
  return control
}

/**
 * Asks a runtime for a tag that cannot exist, for one token: who answers it does not check names, so that the name in
 * an answer of it says nothing. `failed` where what came says neither. Never rejects.
 */
export async function askUnknownTag(runtime: Runtime, signal?: AbortSignal): Promise<NegativeControl> {
  const tag = `no-such-model-${randomId()}`
  try {
    await runtime.chat(
      {
        tag,
        messages: [{ role: 'user', content: 'Hello' }],
        temperature: 0,
        seed: 0,
        max_output_tokens: 1,
        think: false,
        prefix_cache: false,
      },
      { deadline_ms, ...(signal && { signal }) },
    )
    return 'answered'
  } catch (error) {
    if (error instanceof ModelMissing) return 'refused'
    // Gateways call it a bad request, and quote the name.
    return error instanceof RequestRefused && error.message.includes(tag) ? 'refused' : 'failed'
  }
}
