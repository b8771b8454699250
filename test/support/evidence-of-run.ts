import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readEvidence } from '../../src/evidence/read.ts'
import type { Evidence } from '../../src/evidence/schema.ts'

/** What a run of a project's folder has recorded, the latest where none is named, in the order of time. */
export async function evidenceOfRun(projectFolder: string, run?: string): Promise<readonly Evidence[]> {
  const runs = join(projectFolder, '.bench', 'runs')
  return (await readEvidence(join(runs, run ?? (await readdir(runs)).sort().at(-1) ?? '', 'evidence'))).evidence
}
