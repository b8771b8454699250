import type { TestProject, TestSuite } from 'vitest/node'
import { leftOutMark } from './describe-real.ts'

/** Global setup of the real tests: names every suite that describeReal left out, one line each, after the summary. */
export default function nameLeftOut({ vitest }: TestProject): () => void {
  return () => {
    for (const module of vitest.state.getTestModules()) {
      for (const suite of module.children.allSuites()) {
        const line = leftOutLine(suite)
        if (line) process.stdout.write(`${line}\n`)
      }
    }
  }
}

function leftOutLine({ name, module }: TestSuite): string | undefined {
  const [title, reason] = name.split(leftOutMark)
  return reason && `left out: ${title} (${module.relativeModuleId}): ${reason.slice(0, -1)}`
}
