import type { ConfigPath } from './config-path.ts'
import type { LengthBounds } from './contract-schema.ts'
import type { ReferenceProblem } from './reference-problems.ts'

/** Bounds that no text can keep. */
export function lengthProblems(workload: string, bounds: LengthBounds | undefined): readonly ReferenceProblem[] {
  if (!bounds) return []
  const { fields, ...answer } = bounds
  const at: ConfigPath = ['workloads', workload, 'contract', 'length']
  return [
    ...impossible(answer, at),
    ...Object.entries(fields ?? {}).flatMap(([field, own]) => impossible(own, [...at, 'fields', field])),
  ]
}

function impossible(bounds: LengthBounds['fields'][string], at: ConfigPath): ReferenceProblem[] {
  return (['characters', 'words'] as const).flatMap((unit) => {
    const { [`minimum_${unit}` as const]: least, [`maximum_${unit}` as const]: most } = bounds
    if (least === undefined || most === undefined || least <= most) return []
    return [
      {
        path: [...at, `minimum_${unit}`],
        code: 'conflict' as const,
        text: `minimum_${unit} is ${least}, more than maximum_${unit} (${most}); no text can keep both`,
      },
    ]
  })
}
