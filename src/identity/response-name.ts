/**
 * Whether the name in an answer is the one that its lane expects: the requested model, or what the lane's
 * `response_model` says, in which `*` stands for any characters (providers answer `gpt-x` as `gpt-x-2026-01-31`). Pure.
 */
export function isExpectedName(name: string | undefined, requested: string, expected: string | undefined): boolean {
  if (name === undefined) return false
  if (expected === undefined) return name === requested
  const pattern = expected.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
  return new RegExp(`^${pattern.join('.*')}$`, 's').test(name)
}
