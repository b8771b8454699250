import type { GraderConfig } from '../config/grader-schema.ts'
import { canonicalJson } from './read.ts'
import { sha256 } from './stored-text.ts'

/** sha256 of a grader's settings in the config; what counts as good is decided when the grades are read. */
export function graderSettingsSha256({ good: _good, ...rest }: GraderConfig): string {
  return sha256(canonicalJson(rest))
}
