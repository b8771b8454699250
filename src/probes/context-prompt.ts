import type { ChatMessage } from '../runtimes/runtime.ts'

/** Three numbers to be found again in an answer. Six digits: every common tokenizer makes the same count of any of them. */
export interface Codes {
  readonly head: string
  readonly middle: string
  readonly tail: string
}

/** Plain sentences of common words; a whole cycle of them always has the same number of tokens. */
const sentences = [
  'The road to the village goes along the river and past the old mill.',
  'In the morning the baker opens his shop and puts fresh bread on the table.',
  'Two children walk to school and talk about the game they will play later.',
  'At noon the rain stops, and the people come out of their houses again.',
]

/** So many cycles of filler. Pure. */
export function filler(cycles: number): string {
  return Array<string>(cycles).fill(sentences.join(' ')).join(' ')
}

/** A prompt of so many cycles of filler, with a code at its head, in its middle and at its tail. Pure. */
export function contextPrompt(cycles: number, { head, middle, tail }: Codes): readonly ChatMessage[] {
  const half = Math.floor(cycles / 2)
  return [
    {
      role: 'user',
      content: [
        `The first code is ${head}.`,
        filler(half),
        `The second code is ${middle}.`,
        filler(cycles - half),
        `The third code is ${tail}.`,
        'Write the first code, the second code and the third code.',
      ].join('\n'),
    },
  ]
}

/** Which codes an answer repeats. Pure. */
export function codesIn(answer: string, codes: Codes): { head: boolean; middle: boolean; tail: boolean } {
  return {
    head: answer.includes(codes.head),
    middle: answer.includes(codes.middle),
    tail: answer.includes(codes.tail),
  }
}
