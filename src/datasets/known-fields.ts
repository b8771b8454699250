import { join } from 'node:path'
import type { LengthBounds } from '../config/contract-schema.ts'
import { suggestion } from '../config/nearest.ts'
import type { Dataset } from './dataset.ts'
import { DatasetError } from './dataset-error.ts'
import { schemaFields } from './schema-fields.ts'

/**
 * A bound on a field that the schema does not have would never be broken.
 * @throws DatasetError naming it
 */
export function requireKnownFields(
  { folder, schema }: Dataset,
  workload: string,
  bounds: LengthBounds | undefined,
): void {
  const known = schemaFields(schema).map(({ path }) => path)
  const unknown = Object.keys(bounds?.fields ?? {}).filter((field) => !known.includes(field))
  if (unknown.length === 0) return
  throw new DatasetError(
    folder,
    unknown.map((field) => ({
      file: join(folder, 'schema.json'),
      text: `no field "${field}", and contract.length of workload ${workload} bounds it${suggestion(field, known)}`,
    })),
  )
}
