import type { WorkerConfig } from '../config/worker-schema.ts'

/** What a payload is made of. */
export interface PayloadParts {
  readonly model: string
  readonly input: string
}

/** The payload as JSON: `{{model}}` and `{{input}}` in texts of the template are replaced, once, and taken literally. */
export function payloadText(template: WorkerConfig['payload_template'], parts: PayloadParts): string {
  return JSON.stringify(template, (_key, value: unknown) =>
    typeof value === 'string'
      ? value.replace(/\{\{(model|input)\}\}/g, (_whole, name: keyof PayloadParts) => parts[name])
      : value,
  )
}

/** The command's words for a payload. `file` is where the payload was written, for a payload of that kind. */
export function commandWords(
  { command, payload }: Pick<WorkerConfig, 'command' | 'payload'>,
  parts: PayloadParts,
  file: string | undefined,
): string[] {
  if (payload === 'arguments') {
    return command.map((word) => word.replace(/\{(model|input)\}/g, (_whole, name: keyof PayloadParts) => parts[name]))
  }
  if (payload === 'stdin' || file === undefined) return [...command]
  const words = command.map((word) => word.replaceAll('{payload}', () => file))
  return command.some((word) => word.includes('{payload}')) ? words : [...words, file]
}
