import type { ChatMessage } from '../runtimes/runtime.ts'

/** One line of records.jsonl. */
export interface DatasetRecord {
  /** Unique within the dataset. */
  readonly id: string
  readonly input: string
  /** Facts that a good answer holds: the answer's field → acceptable texts. */
  readonly expected: Readonly<Record<string, readonly string[]>>
  /** Texts that must not be in the answer, wherever it has them. */
  readonly forbidden?: readonly string[]
  /** Texts of the input that the answer must name so that they can be masked, by a field of the answer. */
  readonly redact?: Readonly<Record<string, readonly string[]>>
}

export type JsonSchema = Readonly<Record<string, unknown>>

/** How the no-model baseline fills one field. */
export type BaselineField =
  | { readonly constant: string }
  | { readonly regex: string; readonly flags?: string | undefined; readonly otherwise: string }

/** A dataset folder, read and checked whole. */
export interface Dataset {
  /** Folder, relative to the config's. */
  readonly folder: string
  /** Turns of prompt.md; the last one holds `{{input}}`. */
  readonly prompt: readonly ChatMessage[]
  readonly records: readonly DatasetRecord[]
  readonly schema: JsonSchema
  readonly baseline: Readonly<Record<string, BaselineField>>
  /** sha256 of all four files' bytes, in the order prompt, records, schema, baseline. */
  readonly sha256: string
}
