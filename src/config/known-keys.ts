import type { z } from 'zod'
import type { ConfigPath } from './config-path.ts'

/**
 * The keys that the schema allows in the object at a path. Where the schema is a union, the value's own discriminator
 * picks the member; without a match the keys of all members count.
 */
export function knownKeys(schema: z.core.$ZodType, path: ConfigPath, value: unknown): readonly string[] {
  const members = unwrap(schema, value)
  const [step, ...rest] = path
  if (step === undefined) return [...new Set(members.flatMap((member) => Object.keys(shapeOf(member) ?? {})))]
  const inner = (value as Record<string | number, unknown> | undefined)?.[step]
  return [...new Set(members.flatMap((member) => child(member, step).flatMap((next) => knownKeys(next, rest, inner))))]
}

function child(schema: z.core.$ZodType, step: string | number): readonly z.core.$ZodType[] {
  const { def } = (schema as z.core.$ZodTypes)._zod
  if (def.type === 'record') return [def.valueType]
  if (def.type === 'array') return [def.element]
  const next = shapeOf(schema)?.[step]
  return next === undefined ? [] : [next]
}

/** Takes off defaults and optionals, and chooses among the members of a union. */
function unwrap(schema: z.core.$ZodType, value: unknown): readonly z.core.$ZodType[] {
  const { def } = (schema as z.core.$ZodTypes)._zod
  if (def.type === 'optional' || def.type === 'default' || def.type === 'prefault' || def.type === 'nullable') {
    return unwrap(def.innerType, value)
  }
  if (def.type !== 'union') return [schema]
  const discriminator = (def as z.core.$ZodDiscriminatedUnionDef).discriminator
  const said = (value as Record<string, unknown> | undefined)?.[discriminator]
  const fitting = def.options.filter((option) => shapeOf(option)?.[discriminator]?._zod.values?.has(said as string))
  return (fitting.length > 0 ? fitting : def.options).flatMap((option) => unwrap(option, value))
}

function shapeOf(schema: z.core.$ZodType): z.core.$ZodShape | undefined {
  const { def } = (schema as z.core.$ZodTypes)._zod
  return def.type === 'object' ? def.shape : undefined
}
