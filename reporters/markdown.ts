/** Pieces of Markdown. All text from outside passes through `plain`, the one place where output is made safe. */

/** Makes text inert: no markup, no HTML, no control characters, one line. */
export function plain(text: string): string {
  return text
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ')
    .replace(/[\\`*_[\]<>|#~]/g, (character) =>
      character === '<' ? '&lt;' : character === '>' ? '&gt;' : `\\${character}`,
    )
    .replace(/&(?=#|[a-z]+;)(?!lt;|gt;)/gi, '&amp;')
}

/** A fixed-width code span; backticks inside would end it and are replaced. */
export function code(text: string): string {
  return `\`${text
    .replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .replaceAll('`', "'")
    .replaceAll('|', '\\|')}\``
}

/** Cells are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [
    `| ${head.join(' | ')} |`,
    `|${' --- |'.repeat(head.length)}`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n')
}

export function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n')
}

/** At most three evidence ids, then how many more. */
export function cite(ids: readonly string[]): string {
  if (ids.length === 0) return '–'
  const shown = ids.slice(0, 2).map(code).join(', ')
  return ids.length > 2 ? `${shown} and ${ids.length - 2} more` : shown
}
