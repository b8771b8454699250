import type { SerializedError, TestError } from 'vitest'
import type { TestModule, Vitest } from 'vitest/node'
import { failureCodes } from '../src/evidence/failure-codes.ts'
import { printable } from './terminal.ts'

/** An error and where it came up: the titles of the tests, suites or files. */
interface Failure {
  readonly error: SerializedError | TestError
  readonly module?: TestModule
  readonly titles: string[]
}

/**
 * What Vitest's own reporters would have printed, where bench-memo is the only one: unhandled and collection errors,
 * failed tests. What several tests of a lane met is printed once; what explains itself needs no stack.
 */
export function printFailures(
  vitest: Vitest,
  modules: readonly TestModule[],
  errors: readonly SerializedError[],
): void {
  for (const { error, module, titles } of distinctFailures(modules, errors)) {
    vitest.logger.log(`\n${titles.map(printable).join('\n')}`)
    if (explainsItself(error)) vitest.logger.log(error.message.split('\n').map(printable).join('\n'))
    else vitest.logger.printError(error, { ...(module && { project: module.project }) })
  }
}

function distinctFailures(modules: readonly TestModule[], errors: readonly SerializedError[]): Failure[] {
  const failures = new Map<string, Failure>()
  const add = (title: string, all: readonly (SerializedError | TestError)[], module?: TestModule): void => {
    for (const error of all) {
      const key = `${module?.id ?? ''}\n${module?.project.name ?? ''}\n${error.name}\n${error.message}`
      const known = failures.get(key)
      if (known) known.titles.push(title)
      else failures.set(key, { error, titles: [title], ...(module && { module }) })
    }
  }
  for (const module of modules) {
    add(`${module.project.name}  ${module.relativeModuleId}`, module.errors(), module)
    for (const suite of module.children.allSuites())
      add(`${module.project.name}  ${suite.fullName}`, suite.errors(), module)
    for (const test of module.children.allTests('failed')) {
      add(`${module.project.name}  ${test.fullName}`, test.result().errors ?? [], module)
    }
  }
  add('Errors outside tests', errors)
  return [...failures.values()]
}

/** Gates, runtimes and misuse say what happened, where, and what to do. */
function explainsItself(error: SerializedError | TestError): boolean {
  const names = ['GateFailure', 'LaneEnded', 'MissingPlugin', 'UnknownWorkload', 'DatasetError']
  const code: unknown = (error as { code?: unknown }).code
  return names.includes(error.name ?? '') || failureCodes.some((each) => each === code)
}
