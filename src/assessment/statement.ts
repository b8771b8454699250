/** A sentence of the memo and the evidence that it rests on. */
export interface Statement {
  readonly text: string
  readonly evidence_ids: readonly string[]
}
