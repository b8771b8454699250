import { suggestion } from '../config/nearest.ts'
import type { DatasetRecord, JsonSchema } from './dataset.ts'
import { canBeSought, holdsText } from './find-leaks.ts'
import { asSchema, type SchemaField } from './schema-fields.ts'

/**
 * Reads `forbidden` and `redact` of a record. A text to redact that is not in the input would never be missed, so it is a
 * problem. No message repeats a text: they are the record's secrets.
 */
export function readSensitive(
  record: JsonSchema,
  input: string,
  fields: ReadonlyMap<string, SchemaField> | undefined,
  say: (text: string) => void,
): Pick<DatasetRecord, 'forbidden' | 'redact'> {
  const forbidden = 'forbidden' in record ? readTexts(record.forbidden, 'forbidden', say) : undefined
  const redact = 'redact' in record ? readRedact(record.redact, input, fields, say) : undefined
  return { ...(forbidden && { forbidden }), ...(redact && { redact }) }
}

function readRedact(
  value: unknown,
  input: string,
  fields: ReadonlyMap<string, SchemaField> | undefined,
  say: (text: string) => void,
): DatasetRecord['redact'] {
  const given = asSchema(value)
  if (given === undefined) {
    say('"redact" must name fields with their texts: {"person": ["…"]}, or be {} where nothing is sensitive')
    return undefined
  }
  return Object.fromEntries(
    Object.entries(given).flatMap(([field, list]) => {
      if (fields !== undefined && !fields.has(field))
        say(`redact.${field} is no field of schema.json${suggestion(field, [...fields.keys()])}`)
      const texts = readTexts(list, `redact.${field}`, say)
      texts?.forEach((text, index) => {
        if (!holdsText(input, text)) say(`redact.${field}[${index}] does not stand in "input"; copy it from there`)
      })
      return texts ? [[field, texts]] : []
    }),
  )
}

function readTexts(value: unknown, name: string, say: (text: string) => void): readonly string[] | undefined {
  const texts: readonly unknown[] = Array.isArray(value) ? value : []
  if (texts.length > 0 && texts.every((text): text is string => typeof text === 'string' && canBeSought(text)))
    return texts
  say(`${name} must be a list of texts, each with a letter or a digit`)
  return undefined
}
