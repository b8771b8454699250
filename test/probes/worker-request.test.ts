import { describe, expect, test } from 'vitest'
import { storedCommand } from '../../src/probes/worker-request.ts'

const input = 'John is ill'
const stored = (privacy: 'public' | 'internal' | 'private', ...command: string[]) =>
  storedCommand(command, { privacy, input })

describe('a command line in the evidence', () => {
  test('keeps no folders and no secrets, whether they stand behind an option or in it', () => {
    expect(stored('public', '/usr/bin/python3', './delegate.py', '--api-key', 'abc', '--token=abc', '-n', '3')).toEqual(
      ['python3', 'delegate.py', '--api-key', '[secret]', '--token=[secret]', '-n', '3'],
    )
  })

  test('of a private workload keeps program, script and options only: a word may be a piece of the record', () => {
    const base64 = Buffer.from(input).toString('base64')
    const command = ['python3', 'delegate.py', '--text', base64, '--name=JOHN', 'JOHN', 'john']
    expect(stored('private', ...command)).toEqual(['python3', 'delegate.py', '--text', ...Array(4).fill('[private]')])
  })
})
