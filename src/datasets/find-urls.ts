import { domainToUnicode } from 'node:url'

const host = String.raw`(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+\p{L}{2,}`
/** A Markdown link's text ends before its target, and a list of URLs after each of them. */
const rest = String.raw`(?!\]\(|[,;]https?:\/\/)[^\s<>"\u201c\u201d\u00ab\u00bb{}|\\^\u0060]`
const start = String.raw`(?<![\p{L}\p{N}@._/-])`
const withScheme = String.raw`(?<![\p{L}\p{N}])[a-z][a-z0-9+.-]{1,20}:\/\/(?:${rest})+`
const withWww = String.raw`${start}www\.[\p{L}\p{N}-]+\.(?:${rest})+`
const withPath = String.raw`(?<![\p{L}\p{N}@._-])${host}(?::\d+)?\/(?:${rest})+`
const bareHost = String.raw`${start}${host}(?![\p{L}\p{N}@_-])`
const urls = new RegExp(`${withScheme}|${withWww}|${withPath}`, 'giu')
const urlsAndHosts = new RegExp(`${withScheme}|${withWww}|${withPath}|${bareHost}`, 'giu')

/**
 * URLs in a text, normalised: anything with `scheme://`, `www.` names, and bare domains with a path
 * (`example.com/help`). A bare domain alone is no URL: `node.js` and `report.txt` look the same.
 */
export function findUrls(text: string): readonly string[] {
  return Array.from(text.matchAll(urls), ([url]) => normaliseUrl(url))
}

/** URLs and bare domains of an input: what a URL in the answer may repeat. */
export function findGrounds(text: string): ReadonlySet<string> {
  return new Set(Array.from(text.matchAll(urlsAndHosts), ([url]) => normaliseUrl(url)))
}

/**
 * Without what does not change where a URL leads, or belongs to the sentence around it: http(s) scheme and its port, case
 * and closing dot of the host, which of two forms a host or a character is written in (Punycode, %7E), a slash at the end,
 * punctuation and unmatched closing brackets after it.
 */
export function normaliseUrl(url: string): string {
  const [, scheme = '', authority = '', path = ''] =
    /^([a-z][a-z0-9+.-]*:\/\/)?([^/?#]*)(.*)$/is.exec(trimEnd(url)) ?? []
  const lower = scheme.toLowerCase()
  const kept = lower === 'http://' || lower === 'https://' ? '' : lower
  const port = lower === 'http://' ? /:80$/ : lower === 'https://' ? /:443$/ : /(?!)/
  return kept + hostName(authority.toLowerCase().replace(port, '')) + unescapePath(path).replace(/\/+$/, '')
}

/** `xn--bcher-kva.example` as `bücher.example`; user names and ports stay as they are. */
function hostName(authority: string): string {
  const [, user = '', name = '', port = ''] = /^(.*@)?(.*?)(:\d*)?$/s.exec(authority) ?? []
  const plain = name.replace(/\.$/, '')
  return user + (plain.includes('xn--') ? domainToUnicode(plain) || plain : plain.normalize('NFC')) + port
}

/** Characters that need no escape without it, the others with their digits in upper case (RFC 3986, section 6.2.2). */
function unescapePath(path: string): string {
  const ascii = path.replaceAll('&amp;', '&').replace(/%([0-9a-f]{2})/gi, (escaped: string, digits: string) => {
    const character = String.fromCharCode(Number.parseInt(digits, 16))
    return /[\w.~-]/.test(character) ? character : escaped.toUpperCase()
  })
  return ascii.replace(/(?:%[89A-F][0-9A-F])+/g, (escapes) => {
    try {
      return decodeURIComponent(escapes).normalize('NFC')
    } catch {
      return escapes
    }
  })
}

function trimEnd(url: string): string {
  const count = (character: string): number => url.split(character).length - 1
  const unmatched = new Map([
    [')', count(')') - count('(')],
    [']', count(']') - count('[')],
  ])
  let end = url.length
  for (; end > 0; end -= 1) {
    const last = url.charAt(end - 1)
    const surplus = unmatched.get(last) ?? 0
    if (surplus > 0) unmatched.set(last, surplus - 1)
    else if (!/[.,;:!?'…’*_]/.test(last)) break
  }
  return url.slice(0, end)
}
