import type { Vitest } from 'vitest/node'

/** What narrows this run, in the words of the command line; empty for a whole run. */
export function runFilters(vitest: Vitest): string[] {
  const { testNamePattern, project, shard, changed, related } = vitest.config
  const quick = process.env.BENCH_MEMO_RECORDS
  return [
    ...(testNamePattern ? [`-t ${testNamePattern.source}`] : []),
    ...(project ?? []).map((name) => `--project ${name}`),
    ...(shard ? [`--shard ${shard.index}/${shard.count}`] : []),
    ...(changed ? ['--changed'] : []),
    ...(related ? ['related'] : []),
    ...((vitest as { filenamePattern?: readonly string[] }).filenamePattern ?? []),
    ...(quick ? [`BENCH_MEMO_RECORDS=${quick}`] : []),
  ]
}
