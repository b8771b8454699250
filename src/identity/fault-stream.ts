import { Transform, type TransformCallback } from 'node:stream'
import { type AnswerFormat, answerFormat } from './tapped-answer.ts'
import { isObject, parseObject } from './tapped-body.ts'
import type { Fault } from './tapped-exchange.ts'

/** Faults that change what the target answers. */
export type AnswerFault = Exclude<Fault, { name: 'refuse' | 'status' | 'hang' }>

/** Whether a fault changes the answer's length, so that the one that was announced is no longer true. Pure. */
export function changesLength({ name }: AnswerFault): boolean {
  return name === 'malformed-json' || name === 'wrong-model' || name === 'empty-answer'
}

/** The body of an answer with a fault in it. After a `cut` the stream just ends: breaking the connection is the tap's. */
export function faultStream(fault: AnswerFault, contentType: string | undefined): Transform {
  switch (fault.name) {
    case 'cut':
      return firstBytes(fault.after_bytes)
    case 'slow-first-token':
      return heldBack(fault.delay_ms)
    default:
      return rewritten(answerFormat(contentType), (text) => rewrite(fault, text))
  }
}

function firstBytes(limit: number): Transform {
  let left = limit
  let over = false
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const passed = chunk.subarray(0, left)
      if (passed.length > 0) this.push(passed)
      if (!over && chunk.length >= left) {
        over = true
        this.push(null)
      }
      left -= passed.length
      done()
    },
  })
}

function heldBack(delay_ms: number): Transform {
  let timer: NodeJS.Timeout | undefined
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const pass = (): void => done(null, chunk)
      if (timer) pass()
      else timer = setTimeout(pass, delay_ms)
    },
    destroy(error, done) {
      clearTimeout(timer)
      done(error)
    },
  })
}

/** Each JSON document of an answer written anew, as soon as it is whole. */
function rewritten(format: AnswerFormat, change: (text: string) => string): Transform {
  const decoder = new TextDecoder()
  let rest = ''
  const changeLine = (line: string): string => {
    const [, before = '', document = '', after = ''] = /^((?:data|error): ?)?(.*?)(\s*)$/s.exec(line) ?? []
    return `${before}${change(document)}${after}`
  }
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
      rest = format === 'json' ? lines.splice(0).join('\n') : (lines.pop() ?? '')
      done(null, lines.map((line) => `${changeLine(line)}\n`).join(''))
    },
    flush(done) {
      const last = rest + decoder.decode()
      done(null, format === 'json' ? change(last) : changeLine(last))
    },
  })
}

function rewrite(fault: AnswerFault, text: string): string {
  const document = parseObject(text)
  if (!document) return text
  if (fault.name === 'malformed-json') return text.slice(0, Math.ceil(text.length / 2))
  if (fault.name === 'wrong-model') return JSON.stringify({ ...document, model: fault.model })
  return JSON.stringify(emptied(document))
}

/** The same document without what the model wrote: in Ollama's and in OpenAI's dialect. */
function emptied(document: Record<string, unknown>): Record<string, unknown> {
  const { choices } = document
  return {
    ...silent(document),
    ...(Array.isArray(choices) && { choices: choices.map((choice) => (isObject(choice) ? silent(choice) : choice)) }),
  }
}

function silent(holder: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(holder).map(([name, value]) => {
      if ((name === 'message' || name === 'delta') && isObject(value)) return [name, silent(value)]
      const written = ['content', 'response', 'text', 'thinking', 'reasoning_content', 'reasoning'].includes(name)
      return [name, written && typeof value === 'string' ? '' : value]
    }),
  )
}
