import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type CheckOptions, checkResult } from '../../src/policy/check-result.ts'
import { changePolicy } from '../../src/policy/policy-file.ts'
import { preflight } from '../../src/policy/preflight.ts'
import { useAnsweringServer } from '../support/use-answering-server.ts'
import { coloursConfig, useColours } from './colours.ts'

const server = useAnsweringServer(() => '{"colour":"red"}')
const folder = useColours()
const names = { selected_model: 'echo', requested_model: 'echo', observed_model: 'echo' }
const given = (changes: Partial<CheckOptions> = {}): CheckOptions => ({
  config: coloursConfig(server.endpoint),
  root: folder.root,
  workload: 'colours',
  input: 'A red door',
  output: '{"colour":"red"}',
  record: names,
  ...changes,
})

describe('the check of a result', () => {
  test.for([
    ['{"colour":"green"}', 'field colour is outside its vocabulary'],
    ['{}', 'field colour is missing or blank'],
    ['red', 'the answer is not JSON'],
    ['```json\n{"colour":"red"}\n```', 'the answer is not JSON'],
    ['', 'the answer is empty'],
    ['{"colour":"red","more":"https://invented.example"}', 'URL that the input does not hold'],
  ] as const)('refuses %j, whoever gave it', async ([output, why]) => {
    const { verdict, checks } = await checkResult(given({ output }))
    expect(verdict).toBe('no-go')
    expect(checks.find(({ name }) => name === 'validity')).toMatchObject({
      status: 'fail',
      detail: expect.stringContaining(why),
    })
  })

  test.for([
    [{ ...names, observed_model: 'phi4-mini' }, 'observed_model is phi4-mini, requested_model echo'],
    [{ ...names, requested_model: 'phi4-mini' }, 'requested_model is phi4-mini, selected_model echo'],
    [{ ...names, selected_model: 'phi4-mini' }, 'selected_model is phi4-mini, the lane quality has echo'],
  ] as const)('refuses a result of another model than the selected one: %j', async ([record, why]) => {
    const { verdict, checks } = await checkResult(given({ record }))
    expect({ verdict, identity: checks[0] }).toEqual({
      verdict: 'no-go',
      identity: { name: 'identity', status: 'fail', detail: why },
    })
  })

  test.for([
    [undefined, 'give the record of its worker'],
    [{ requested_model: 'echo' }, 'names no requested_model and observed_model'],
    ['echo', 'names no requested_model and observed_model'],
  ] as const)('leaves the identity of a record like %j unknown, which is no go', async ([record, why]) => {
    const { verdict, checks } = await checkResult(given({ record }))
    expect(verdict).toBe('unknown')
    expect(checks[0]?.detail).toContain(why)
  })

  test('does not take names for proof where nothing says which weights must be there', async () => {
    await preflight({ config: coloursConfig(server.endpoint), root: folder.root, workload: 'colours' })
    const { verdict, checks } = await checkResult(given())
    expect(verdict).toBe('unknown')
    expect(checks[0]?.detail).toContain('nothing says which weights quality must have')
  })

  test('is no refusal where the runtime does not show the weights that were proven: unknown is no go', async () => {
    const flight = await preflight({ config: coloursConfig(server.endpoint), root: folder.root, workload: 'colours' })
    expect(flight.verdict).toBe('go')
    await changePolicy(join(folder.root, '.bench'), (state) => ({
      ...state,
      proofs: state.proofs.map((proof) => ({ ...proof, weights_sha256: 'a'.repeat(64) })),
    }))
    const { verdict, checks } = await checkResult(given())
    expect({ verdict, detail: checks[0]?.detail }).toEqual({
      verdict: 'unknown',
      detail: expect.stringContaining('the runtime does not show whether it has what a preflight proved'),
    })
  })

  test('takes a tag without its version for its latest', async () => {
    const { checks } = await checkResult(given({ record: { requested_model: 'echo:latest', observed_model: 'echo' } }))
    expect(checks[0]).toMatchObject({ status: 'unknown', detail: expect.stringContaining('the names agree') })
  })

  test('leaves neither input nor output in what it writes', async () => {
    const line = JSON.stringify(await checkResult(given({ input: 'A door of Jane Roe', output: '{"colour":"Roe"}' })))
    expect(line).not.toContain('Roe')
  })
})
