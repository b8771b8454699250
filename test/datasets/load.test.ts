import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { loadDataset } from '../../src/datasets/load.ts'
import { dataset, goodFiles, refusalMessage, writtenDataset } from './dataset-folder.ts'

describe('loadDataset', () => {
  test('reads the four files', async () => {
    const loaded = await loadDataset('tickets', writtenDataset({}))
    expect(loaded.prompt.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user'])
    expect(loaded.prompt.at(-1)?.content).toBe('Ticket: {{input}}')
    expect(loaded.records[1]?.expected).toEqual({ order: ['unknown', 'none'], priority: ['low'] })
    expect(loaded.sha256).toBe(createHash('sha256').update(Object.values(goodFiles).join('')).digest('hex'))
    expect(loaded).toEqual(dataset())
  })

  test('tolerates byte order marks, Windows line ends and blank lines', () => {
    const windows = (text: string) => `\ufeff${text.replaceAll('\n', '\r\n')}`
    const loaded = dataset({
      'prompt.md': windows(goodFiles['prompt.md']),
      'records.jsonl': windows(`\n${goodFiles['records.jsonl']}\n  \n`),
      'schema.json': windows(goodFiles['schema.json']),
      'baseline.json': windows(goodFiles['baseline.json']),
    })
    expect({ ...loaded, sha256: '' }).toEqual({ ...dataset(), sha256: '' })
  })

  test('says which files are missing and what belongs into them', async () => {
    expect(
      refusalMessage({
        'prompt.md': undefined,
        'records.jsonl': undefined,
        'schema.json': undefined,
        'baseline.json': undefined,
      }),
    ).toMatchInlineSnapshot(`
      "tickets/prompt.md  not found in <root>/tickets; write the prompt there: a line "# user", then its text with {{input}}
      tickets/records.jsonl  not found in <root>/tickets; write one record a line: {"id": "r-01", "input": "…", "expected": {"field": "text"}}
      tickets/schema.json  not found in <root>/tickets; write the JSON Schema of an answer there: {"type": "object", "properties": {…}, "required": […]}
      tickets/baseline.json  not found in <root>/tickets; write what answers without a model there: {"fields": {"field": {"constant": "text"}}}"
    `)
    await expect(loadDataset('tickets', writtenDataset({ 'schema.json': undefined }))).rejects.toThrow(
      /^tickets\/schema\.json {2}not found/,
    )
  })

  test('refuses bytes that are not UTF-8', () => {
    expect(refusalMessage({ 'records.jsonl': Buffer.from('{"id": "caf\xe9"}', 'latin1') })).toMatchInlineSnapshot(
      `"tickets/records.jsonl  not UTF-8 text; save the file as UTF-8"`,
    )
  })

  test('refuses files that are too large', () => {
    expect(refusalMessage({ 'schema.json': ' '.repeat(1_000_001) })).toMatchInlineSnapshot(
      `"tickets/schema.json  1000001 bytes, and at most 1000000 are read; shorten it"`,
    )
  })

  test('reports problems of all files together', () => {
    expect(
      refusalMessage({ 'prompt.md': '# user\nno place\n', 'records.jsonl': '{}\n', 'baseline.json': '{"fields": {}}' }),
    ).toMatchInlineSnapshot(`
      "tickets/prompt.md:1  the last section has no {{input}}; write it where the record's input goes
      tickets/records.jsonl:1  "id" must be a text of 1 to 200 characters on one line, without outer spaces
      tickets/records.jsonl:1  "input" must be a text that is not blank
      tickets/records.jsonl:1  "expected" must name at least one field with its text: {"field": "text"}; without one no answer could be judged
      tickets/baseline.json  fields.order is missing, and schema.json requires it; add a constant or a regex
      tickets/baseline.json  fields.priority is missing, and schema.json requires it; add a constant or a regex"
    `)
  })
})

describe('prompt.md', () => {
  const refused = (text: string) => refusalMessage({ 'prompt.md': text })

  test('text before the first section is refused', () => {
    expect(refused('<!-- note\n-->\nHello\n# user\n{{input}}\n')).toMatchInlineSnapshot(
      `"tickets/prompt.md:3  text before the first section; begin it with a line "# system" or "# user", or make it a comment <!-- -->"`,
    )
  })

  test('a file without a section is refused', () => {
    expect(refused('')).toMatchInlineSnapshot(
      `"tickets/prompt.md  no section; begin with a line "# user" and write {{input}} where the input goes"`,
    )
  })

  test('turns must alternate, with system first', () => {
    expect(refused('# user\na\n# user\n{{input}}\n')).toMatchInlineSnapshot(
      `"tickets/prompt.md:3  "# user" where "# assistant" is expected: user and assistant take turns"`,
    )
    expect(refused('# user\na\n# system\nb\n# user\n{{input}}\n')).toMatchInlineSnapshot(
      `"tickets/prompt.md:3  "# system" stands at most once, and first"`,
    )
    expect(refused('# assistant\na\n# user\n{{input}}\n')).toMatchInlineSnapshot(
      `"tickets/prompt.md:1  "# assistant" where "# user" is expected: user and assistant take turns"`,
    )
  })

  test('the last section is the user with the input, once', () => {
    expect(refused('# user\n{{input}}\n# assistant\na\n')).toMatchInlineSnapshot(`
      "tickets/prompt.md:2  {{input}} belongs into the last "# user" section only
      tickets/prompt.md:3  the last section must be "# user" with {{input}}"
    `)
    expect(refused('# user\nSummarise.\n')).toMatchInlineSnapshot(
      `"tickets/prompt.md:1  the last section has no {{input}}; write it where the record's input goes"`,
    )
    expect(refused('# user\n{{input}}\n\n{{input}}\n')).toMatchInlineSnapshot(
      `"tickets/prompt.md:2  {{input}} stands 2 times; once is enough"`,
    )
    expect(refused('# system\nabout {{input}}\n# user\n{{input}}\n')).toMatchInlineSnapshot(
      `"tickets/prompt.md:2  {{input}} belongs into the last "# user" section only"`,
    )
  })

  test('a section without text is refused', () => {
    expect(refused('# system\n\n# user\n{{input}}\n')).toMatchInlineSnapshot(
      `"tickets/prompt.md:1  "# system" is empty; write its text or remove it"`,
    )
  })

  test('other headings belong to the text', () => {
    expect(dataset({ 'prompt.md': '# user\n# Rules\n## user\n# username\n{{input}}' }).prompt).toEqual([
      { role: 'user', content: '# Rules\n## user\n# username\n{{input}}' },
    ])
  })
})

describe('records.jsonl', () => {
  const refused = (text: string) => refusalMessage({ 'records.jsonl': text })
  const record = (changes: object) =>
    `${JSON.stringify({ id: 'a', input: 'b', expected: { order: 'x' }, ...changes })}\n`

  test('a line that is no JSON is refused with its column', () => {
    expect(refused(`${record({})}{"id": "b", "input": 'c'}\n{"id": "c"\n`)).toMatchInlineSnapshot(`
      "tickets/records.jsonl:2:22  not JSON: expected a value
      tickets/records.jsonl:3:11  not JSON: the text ends where , or } is expected"
    `)
  })

  test('a line with a key twice is refused', () => {
    expect(refused('{"id": "a", "id": "b", "input": "c", "expected": {"order": "x"}}')).toMatchInlineSnapshot(
      `"tickets/records.jsonl:1:13  not JSON: the key "id" stands twice in one object"`,
    )
  })

  test('a line that is no record is refused', () => {
    expect(refused('[]\n"text"\n{"id": "", "input": " ", "expected": {}}\n{"id": 1}\n')).toMatchInlineSnapshot(`
      "tickets/records.jsonl:1  not an object; write {"id": "…", "input": "…", "expected": {…}}
      tickets/records.jsonl:2  not an object; write {"id": "…", "input": "…", "expected": {…}}
      tickets/records.jsonl:3  "id" must be a text of 1 to 200 characters on one line, without outer spaces
      tickets/records.jsonl:3  "input" must be a text that is not blank
      tickets/records.jsonl:3  "expected" must name at least one field with its text: {"field": "text"}; without one no answer could be judged
      tickets/records.jsonl:4  "id" must be a text of 1 to 200 characters on one line, without outer spaces
      tickets/records.jsonl:4  "input" must be a text that is not blank
      tickets/records.jsonl:4  "expected" must name at least one field with its text: {"field": "text"}; without one no answer could be judged"
    `)
    expect(refused(record({ inputs: 'x' }))).toMatchInlineSnapshot(
      `"tickets/records.jsonl:1  unknown key "inputs"; did you mean "input"?"`,
    )
  })

  test('ids and inputs may stand once', () => {
    expect(refused(record({}) + record({ input: 'c' }))).toMatchInlineSnapshot(
      `"tickets/records.jsonl:2  the id "a" stands in line 1 already; every record needs its own"`,
    )
    expect(
      refused(record({ input: 'The same, again' }) + record({ id: 'b', input: ' the  SAME, again.' })),
    ).toMatchInlineSnapshot(
      `"tickets/records.jsonl:2  the same input as line 1; repeated inputs prove nothing, remove one"`,
    )
  })

  test('an empty dataset is refused', () => {
    expect(refused('\n\n')).toMatchInlineSnapshot(
      `"tickets/records.jsonl  no records; write one a line: {"id": "r-01", "input": "…", "expected": {"field": "text"}}"`,
    )
  })

  test('expected fields must be those of the schema', () => {
    expect(refused(record({ expected: { ordre: 'x', 'contact.nmae': 'y' } }))).toMatchInlineSnapshot(`
      "tickets/records.jsonl:1  expected.ordre is no field of schema.json; did you mean "order"?
      tickets/records.jsonl:1  expected.contact.nmae is no field of schema.json; did you mean "contact.name"?"
    `)
  })

  test('expected values of a closed vocabulary must be in it', () => {
    expect(
      refused(record({ expected: { priority: ['hihg', 'low'], 'contact.channel': 'fax' } })),
    ).toMatchInlineSnapshot(`
      "tickets/records.jsonl:1  expected.priority is "hihg", which schema.json does not allow; did you mean "high"?
      tickets/records.jsonl:1  expected.contact.channel is "fax", which schema.json does not allow; known: mail, phone"
    `)
  })

  test('expected values are texts that are not blank', () => {
    expect(refused(record({ expected: { order: 12, priority: [], 'contact.name': [' '] } }))).toMatchInlineSnapshot(`
      "tickets/records.jsonl:1  expected.order must be a text or a list of texts, none of them blank; write numbers as texts
      tickets/records.jsonl:1  expected.priority must be a text or a list of texts, none of them blank; write numbers as texts
      tickets/records.jsonl:1  expected.contact.name must be a text or a list of texts, none of them blank; write numbers as texts"
    `)
  })

  test('twenty problems of a file are shown, the others counted', () => {
    const message = refused('x\n'.repeat(25))
    expect(message.split('\n')).toHaveLength(21)
    expect(message.split('\n').slice(-2)).toMatchInlineSnapshot(`
      [
        "tickets/records.jsonl:20:1  not JSON: expected a value",
        "tickets/records.jsonl  and 5 more",
      ]
    `)
  })
})
