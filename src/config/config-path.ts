import { looksLikeSecret } from './secrets.ts'

/** Keys and list positions from the config's root to one of its values. */
export type ConfigPath = readonly (string | number)[]

/** A path as people write it: `lanes["qwen2.5"].seed`, `triage.lanes[0]`. Keys that look like secrets are masked. */
export function formatPath(path: ConfigPath): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`
      if (looksLikeSecret(step)) return '["(hidden)"]'
      if (!/^[\w-]{1,80}$/.test(step)) return `[${JSON.stringify(step.slice(0, 80))}]`
      return index === 0 ? step : `.${step}`
    })
    .join('')
}
