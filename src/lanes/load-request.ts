import type { LaneConfig } from '../config/schema.ts'
import type { LoadRequest } from '../runtimes/runtime.ts'

/** What a lane asks a runtime to have in memory. Questions repeat it: another context would load the weights anew. */
export function loadRequest({ model, context, keep_alive }: LaneConfig): LoadRequest {
  return {
    tag: model,
    ...(context !== undefined && { context }),
    ...(keep_alive !== undefined && { keep_alive }),
  }
}
