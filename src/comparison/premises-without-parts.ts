import type { Premises } from './differences.ts'
import type { Side } from './side.ts'

/**
 * Premises of sides of which one does not say what its fingerprint was made of. They are the same where the fingerprint
 * (prompt, schema, options, weights, template, adapters), the dataset, the build of the server and bench-memo are; else
 * nobody knows in what they differ. Pure.
 */
export function lessPremises(a: Side, b: Side): Premises {
  const unlike = [
    ...(a.lane === b.lane ? [] : ['lane']),
    ...(a.answer?.fingerprint === b.answer?.fingerprint ? [] : ['fingerprint']),
    ...(a.dataset_sha256 !== undefined && a.dataset_sha256 === b.dataset_sha256 ? [] : ['dataset']),
    ...(a.answer?.identity.server_build === b.answer?.identity.server_build ? [] : ['server build']),
    ...(a.versions['bench-memo'] === b.versions['bench-memo'] ? [] : ['version of bench-memo']),
  ]
  const lacking = [...(a.parts ? [] : ['A']), ...(b.parts ? [] : ['B'])].join(' and ')
  if (unlike.length === 0) {
    return {
      differences: [],
      notes: [`the fingerprints are equal as a whole; the evidence of ${lacking} does not say what they were made of`],
    }
  }
  return {
    differences: [],
    notes: [],
    unknown: `they differ in ${unlike.join(', ')}, and the evidence of ${lacking} does not say what its fingerprint was made of`,
  }
}
