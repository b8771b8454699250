import { RE2JS } from 're2js'
import type { CompiledRule } from '../../src/logs/compile-rules.ts'
import { shippedRules } from '../../src/logs/shipped-rules.ts'

/** Every pattern of the shipped rules, denials too, as a rule that counts each matching line: what `grep -c` counts. */
export async function plainRules(): Promise<readonly CompiledRule[]> {
  return (await shippedRules()).flatMap((compiled) => {
    const plain = {
      ...compiled,
      unless: undefined,
      condition: { kind: 'count', times: 1 } as const,
      within_ms: undefined,
    }
    const { rule } = compiled
    if (rule.when.kind !== 'denied' || !compiled.denial) return [plain]
    const { literals, pattern } = rule.when.by
    return [
      { ...plain, rule: { ...rule, when: plain.condition } },
      {
        ...plain,
        rule: { ...rule, id: `${rule.id}-denial`, literals, pattern, when: plain.condition },
        pattern: RE2JS.compile(pattern),
        groups: [],
        fields: [],
      },
    ]
  })
}
