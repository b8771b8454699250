import { nearest } from '../config/nearest.ts'

/** `describe.lane` was called where no plugin provides a lane. */
export class MissingPlugin extends Error {
  override readonly name = 'MissingPlugin'
  constructor(workload: string) {
    super(
      `describe.lane('${workload}') was called outside a lane. Add the plugin to vitest.config.ts:\n\n` +
        `  import benchMemo from 'bench-memo/plugin'\n` +
        `  export default { plugins: [benchMemo()] }\n\n` +
        'If it is there, this file is also collected by another project: evals end in .eval.ts, tests in .test.ts.',
    )
  }
}

/** `describe.lane` names a workload that the config does not have. */
export class UnknownWorkload extends Error {
  override readonly name = 'UnknownWorkload'
  constructor(workload: string, known: readonly string[]) {
    const close = nearest(workload, known)
    super(
      `bench.config.yaml has no workload '${workload}'${close ? `; did you mean '${close}'?` : '.'} ` +
        `Known: ${known.join(', ') || 'none'}.`,
    )
  }
}
