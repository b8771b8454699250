import type { RuntimeKind } from './schema.ts'

/** Kinds whose adapters were built from documentation and captures and never met the real program. */
export const unverifiedKinds: ReadonlySet<RuntimeKind> = new Set(['lm-studio', 'vllm'])
