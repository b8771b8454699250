/** RE2 syntax of log rules as POSIX extended syntax for GNU grep, which finds the same lines. */
export function grepPattern(pattern: string): string {
  let out = ''
  for (let at = 0; at < pattern.length; at += 1) {
    const rest = pattern.slice(at)
    const group = /^\(\?(?:P<\w+>|:)/.exec(rest)
    const flags = /^\(\?[a-z]+\)/.exec(rest)
    if (group) {
      out += '('
      at += group[0].length - 1
    } else if (flags) {
      at += flags[0].length - 1
    } else if (rest.startsWith('\\d')) {
      out += '[0-9]'
      at += 1
    } else if (rest[0] === '\\') {
      out += rest.slice(0, 2)
      at += 1
    } else if (rest[0] === '[') {
      const set = /^\[(\^?)((?:\\.|[^\]\\])*)\]/.exec(rest)
      if (!set) throw new Error(`no end of [ in ${pattern}`)
      out += `[${set[1]}${posixSet(set[2] as string)}]`
      at += set[0].length - 1
    } else if (/^[*+?}]\?/.test(rest)) {
      out += rest[0]
      at += 1
    } else {
      out += rest[0]
    }
  }
  return out
}

/** A closing bracket comes first, a hyphen last; a backslash means nothing there. */
function posixSet(inner: string): string {
  const classes = inner
    .replaceAll('\\w', '[:alnum:]_')
    .replaceAll('\\d', '0-9')
    .replaceAll('\\s', '[:space:]')
    .replaceAll('\\[', '[')
  const closing = classes.includes('\\]') ? ']' : ''
  return closing + classes.replaceAll('\\]', '')
}
