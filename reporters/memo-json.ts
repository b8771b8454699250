import type { Assessment } from '../src/assessment/assess.ts'

/** The assessment for machines; its shape is schemas/memo.schema.json. */
export function memoJson(assessment: Assessment): string {
  return `${JSON.stringify({ version: 1, ...assessment }, undefined, 2)}\n`
}
