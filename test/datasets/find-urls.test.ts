import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findGrounds, findUrls } from '../../src/datasets/find-urls.ts'

describe('findUrls', () => {
  test.each([
    ['See https://example.com/a.', ['example.com/a']],
    ['HTTP://Example.COM/A/', ['example.com/A']],
    ['(https://en.wikipedia.org/wiki/Foo_(bar))', ['en.wikipedia.org/wiki/Foo_(bar)']],
    ['[help](https://example.com/help), or <https://example.com/?q=1#x>', ['example.com/help', 'example.com/?q=1#x']],
    ['www.example.com, example.com/help!', ['www.example.com', 'example.com/help']],
    ['ftp://example.com/x and http://127.0.0.1:8080/v1', ['ftp://example.com/x', '127.0.0.1:8080/v1']],
    ['http://localhost', ['localhost']],
    ['//evil.example/x', ['evil.example/x']],
    ['https://b\u00fccher.example/\u00fc', ['b\u00fccher.example/\u00fc']],
    ['[https://example.com/a](https://example.com/b)', ['example.com/a', 'example.com/b']],
    [
      'https://example.com/a,https://example.com/b;https://example.com/c.',
      ['example.com/a', 'example.com/b', 'example.com/c'],
    ],
    ['https://web.archive.org/web/2020/https://example.com', ['web.archive.org/web/2020/https://example.com']],
    [
      'https://example.com:443/a http://example.com:80/a http://example.com:443/a',
      ['example.com/a', 'example.com/a', 'example.com:443/a'],
    ],
    ['https://example.com./a', ['example.com/a']],
    ['https://example.com/%7Ejane/%e2%82%ac%2fx', ['example.com/~jane/€%2Fx']],
    ['https://example.com/%FF%zz', ['example.com/%FF%zz']],
    ['https://xn--bcher-kva.example/%C3%BC', ['b\u00fccher.example/\u00fc']],
    ['https://example.com/?a=1&amp;b=2', ['example.com/?a=1&b=2']],
    ['https://jane@EXAMPLE.com:8080/', ['jane@example.com:8080']],
    ['**https://example.com/a**, _https://example.com/b_', ['example.com/a', 'example.com/b']],
  ])('%j', (text, urls) => {
    expect(findUrls(text)).toEqual(urls)
  })

  test.each([
    'node.js and report.txt',
    'jane@example.com',
    'and/or 1.5/2',
    'e.g. this/that',
    'a://',
    'version 1.2.3/4',
  ])('%j holds none', (text) => {
    expect(findUrls(text)).toEqual([])
  })

  test('is quick on texts made to be slow', () => {
    const started = performance.now()
    for (const text of [
      'a.'.repeat(50_000),
      'www.'.repeat(50_000),
      'a-'.repeat(50_000),
      `http://${'('.repeat(50_000)}${')'.repeat(50_001)}`,
      `http://${')'.repeat(100_000)}`,
      `${'.'.repeat(100_000)}`,
      `http://${'.'.repeat(100_000)}`,
    ])
      findUrls(text)
    expect(performance.now() - started).toBeLessThan(1000)
  })
})

test('a bare domain in the input is a ground for its URL; the domain of a mail address is none', () => {
  expect(findGrounds('ask example.com')).toContain('example.com')
  expect(findGrounds('ask jane@example.com')).not.toContain('example.com')
})

test('every URL of a text is grounded in that text', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.webUrl({ withQueryParameters: true }), fc.string())), (pieces) => {
      const text = pieces.join(' ')
      const grounds = findGrounds(text)
      for (const url of findUrls(text)) expect(grounds).toContain(url)
    }),
  )
})
