import { OffPremises } from '../runtimes/failures.ts'
import type { CallOptions, ModelDescription, Runtime } from '../runtimes/runtime.ts'

/**
 * The runtime of a local lane, which neither loads nor asks a tag that it has served elsewhere: a daemon on this machine
 * passes prompts for cloud-backed tags on, whatever such a tag is called. @throws OffPremises before a prompt was sent
 */
export function keepOnPremises(runtime: Runtime): Runtime {
  /** As last described: a lane describes after each answer, so that no question is asked for this alone. */
  const servedElsewhere = new Map<string, string | undefined>()

  async function describe(tag: string, call: CallOptions): Promise<ModelDescription> {
    servedElsewhere.delete(tag)
    const description = await runtime.describe(tag, call)
    servedElsewhere.set(tag, description.served_elsewhere)
    return description
  }

  async function refuseElsewhere(tag: string, call: CallOptions): Promise<void> {
    if (!servedElsewhere.has(tag)) await describe(tag, call)
    const elsewhere = servedElsewhere.get(tag)
    if (elsewhere === undefined) return
    throw new OffPremises(
      `the runtime has ${tag} served elsewhere (${elsewhere}), so prompts would leave the premises, and nothing was sent. ` +
        "Name a tag whose weights are here, or give the lane's runtime location: cloud",
      { tag },
    )
  }

  return {
    ...runtime,
    describe,
    async load(request, call) {
      await describe(request.tag, call)
      await refuseElsewhere(request.tag, call)
      return await runtime.load(request, call)
    },
    async chat(request, call) {
      await refuseElsewhere(request.tag, call)
      return await runtime.chat(request, call)
    },
    async send(request, call) {
      await refuseElsewhere(request.tag, call)
      return await runtime.send(request, call)
    },
  }
}
