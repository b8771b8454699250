import { expect, it } from 'vitest'
import { LineFeeder } from '../../src/logs/line-feeder.ts'
import { ruleScanner } from '../../src/logs/rule-scanner.ts'
import { shippedRules } from '../../src/logs/shipped-rules.ts'
import { healthyUses, logFaults } from './logs/log-faults.ts'
import { describeReal } from './runtimes/describe-real.ts'

const rules = await shippedRules()

function rulesFoundIn(log: string): string[] {
  const scanner = ruleScanner(rules, undefined)
  const feeder = new LineFeeder(scanner.scan, Date.now(), scanner.openSource('log', 'log'))
  feeder.write(Buffer.from(log))
  feeder.end()
  return scanner.facts([]).findings.map(({ rule }) => rule)
}

describeReal(['ollama', 'llamaServer', 'weights', 'requantised'], 'logs of real runtimes', () => {
  it.for(logFaults)(
    '$program, $how: $detector is found',
    { timeout: 120_000 },
    async ({ induce, rules: wanted, also = [] }) => {
      const found = rulesFoundIn(await induce())
      expect(found).toEqual(expect.arrayContaining([...wanted]))
      expect(found.filter((rule) => ![...wanted, ...also].includes(rule))).toEqual([])
    },
  )

  it.for(healthyUses)('$program, $how: nothing is found', { timeout: 120_000 }, async ({ induce }) => {
    expect(rulesFoundIn(await induce())).toEqual([])
  })
})
