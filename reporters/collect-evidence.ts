import { existsSync } from 'node:fs'
import type { TestModule } from 'vitest/node'
import { readEvidence, uniteEvidence } from '../src/evidence/read.ts'
import { type Evidence, evidenceSchema } from '../src/evidence/schema.ts'

/**
 * A run's evidence: the spool, which is the truth, united with the copies that tests carry (blobs and
 * `--merge-reports` have only those). @throws EvidenceError where two copies differ
 */
export async function collectEvidence(
  evidenceFolder: string | undefined,
  modules: readonly TestModule[],
): Promise<{ evidence: Evidence[]; torn: readonly string[] }> {
  const spooled =
    evidenceFolder !== undefined && existsSync(evidenceFolder) ? await readEvidence(evidenceFolder) : undefined
  return {
    evidence: uniteEvidence([...(spooled?.evidence ?? []), ...carriedEvidence(modules)]),
    torn: spooled?.torn ?? [],
  }
}

function carriedEvidence(modules: readonly TestModule[]): Evidence[] {
  return modules.flatMap((module) =>
    [...module.children.allTests()].flatMap((test) =>
      test
        .artifacts()
        .flatMap((artifact) =>
          artifact.type === 'bench-memo:evidence' ? artifact.evidence.map((each) => evidenceSchema.parse(each)) : [],
        ),
    ),
  )
}
