import type { ChatMessage } from '../runtimes/runtime.ts'
import type { DatasetProblem } from './dataset-error.ts'

/** What stands in the last turn of a prompt where the record's input goes. */
export const inputPlaceholder = '{{input}}'

interface Section {
  readonly role: ChatMessage['role']
  readonly line: number
  readonly lines: string[]
}

/**
 * Reads prompt.md: sections that begin with a line `# system`, `# user` or `# assistant`. Turns alternate, system at most
 * once and first, and the last turn is the user's and holds `{{input}}`, once.
 */
export function readPrompt(
  text: string,
  file: string,
): { prompt: readonly ChatMessage[]; problems: readonly DatasetProblem[] } {
  const { preamble, sections } = split(text)
  const problems: DatasetProblem[] = []
  const say = (line: number | undefined, text: string) =>
    problems.push({ file, ...(line === undefined ? {} : { line }), text })
  const stray = preamble.replace(/<!--[\s\S]*?-->/g, (comment) => comment.replace(/[^\n]/g, ' '))
  const strayLine = stray.split('\n').findIndex((line) => line.trim() !== '')
  if (strayLine >= 0)
    say(
      strayLine + 1,
      'text before the first section; begin it with a line "# system" or "# user", or make it a comment <!-- -->',
    )
  if (sections.length === 0)
    say(undefined, `no section; begin with a line "# user" and write ${inputPlaceholder} where the input goes`)
  const turns = sections[0]?.role === 'system' ? sections.slice(1) : sections
  for (const [index, section] of turns.entries()) {
    const expected = index % 2 === 0 ? 'user' : 'assistant'
    if (section.role === 'system') say(section.line, '"# system" stands at most once, and first')
    else if (section.role !== expected)
      say(section.line, `"# ${section.role}" where "# ${expected}" is expected: user and assistant take turns`)
    if (problems.length > 0) break
  }
  const last = sections.at(-1)
  for (const section of sections) {
    const content = contentOf(section)
    const count = content.split(inputPlaceholder).length - 1
    if (content === '') say(section.line, `"# ${section.role}" is empty; write its text or remove it`)
    if (section !== last && count > 0)
      say(lineOfPlaceholder(section), `${inputPlaceholder} belongs into the last "# user" section only`)
    if (section !== last) continue
    if (section.role !== 'user') say(section.line, `the last section must be "# user" with ${inputPlaceholder}`)
    else if (count === 0)
      say(section.line, `the last section has no ${inputPlaceholder}; write it where the record's input goes`)
    else if (count > 1) say(lineOfPlaceholder(section), `${inputPlaceholder} stands ${count} times; once is enough`)
  }
  return { prompt: sections.map((section) => ({ role: section.role, content: contentOf(section) })), problems }
}

function split(text: string): { preamble: string; sections: readonly Section[] } {
  const preamble: string[] = []
  const sections: Section[] = []
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const role = /^# (system|user|assistant)[ \t]*$/.exec(line)?.[1] as ChatMessage['role'] | undefined
    if (role !== undefined) sections.push({ role, line: index + 1, lines: [] })
    else (sections.at(-1)?.lines ?? preamble).push(line)
  }
  return { preamble: preamble.join('\n'), sections }
}

function contentOf(section: Section): string {
  return section.lines.join('\n').trim()
}

function lineOfPlaceholder(section: Section): number {
  return section.line + 1 + section.lines.findIndex((line) => line.includes(inputPlaceholder))
}
