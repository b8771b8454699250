import type { SerializedError, TestError } from 'vitest'
import type { TestModule, Vitest } from 'vitest/node'
import { printable } from './terminal.ts'

/**
 * What Vitest's own reporters would have printed, where bench-memo is the only one: unhandled and collection errors,
 * failed tests. A gate explains itself and needs no stack.
 */
export function printFailures(
  vitest: Vitest,
  modules: readonly TestModule[],
  errors: readonly SerializedError[],
): void {
  const show = (title: string, all: readonly (SerializedError | TestError)[], module?: TestModule): void => {
    if (all.length === 0) return
    vitest.logger.log(`\n${printable(title)}`)
    for (const error of all) {
      if (error.name === 'GateFailure') vitest.logger.log(error.message.split('\n').map(printable).join('\n'))
      else vitest.logger.printError(error, { ...(module && { project: module.project }) })
    }
  }
  for (const module of modules) {
    show(`${module.project.name} ${module.relativeModuleId}`, module.errors(), module)
    for (const suite of module.children.allSuites()) show(suite.fullName, suite.errors(), module)
    for (const test of module.children.allTests('failed')) {
      show(`${module.project.name}  ${test.fullName}`, test.result().errors ?? [], module)
    }
  }
  show('Errors outside tests', errors)
}
