import { z } from 'zod'

const count = z.number().int().min(0)

/**
 * That a lane was asked no further at a workload: facts of kind `curtailment`, without the fields that all evidence has.
 * What was asked until then is a biased sample, so no rate is taken from it.
 */
export const curtailmentFacts = {
  gate: z.string().describe('the required gate that had failed for good'),
  asked: count.describe('distinct records that had been asked'),
  records: count.describe('distinct records of the full run'),
}
