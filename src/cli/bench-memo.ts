#!/usr/bin/env node
import { parseArgs } from 'node:util'
import own from '../../package.json' with { type: 'json' }

const usage = `bench-memo ${own.version}

  bench-memo show <evidence id>    a recorded answer: prompt, answer, difference to the expected

The bench itself runs in Vitest: npx vitest run --reporter=bench-memo`

process.exitCode = await main(process.argv.slice(2))

/** Exit codes: 0 done, 1 not found or not readable, 2 wrong usage. */
async function main(args: string[]): Promise<number> {
  try {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: { help: { type: 'boolean', short: 'h' }, version: { type: 'boolean', short: 'v' } },
    })
    const [command, ...rest] = positionals
    if (values.version) return say(own.version)
    if (values.help || command === undefined) return say(usage, command === undefined && !values.help ? 2 : 0)
    if (command === 'show' && rest.length === 1) {
      const { show } = await import('./show.ts')
      return say(await show(rest[0] as string, process.cwd()))
    }
    return complain(
      command === 'show' ? 'show takes one evidence id' : `there is no command ${command}`,
      `\n\n${usage}`,
      2,
    )
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return code?.startsWith('ERR_PARSE_ARGS') ? complain(message, `\n\n${usage}`, 2) : complain(message, '', 1)
  }
}

function say(text: string, exitCode = 0): number {
  process.stdout.write(`${inert(text)}\n`)
  return exitCode
}

function complain(message: string, more: string, exitCode: number): number {
  process.stderr.write(`bench-memo: ${inert(message)}${more}\n`)
  return exitCode
}

/** Answers of models must not steer the terminal: control characters but line breaks and tabs are dropped. */
function inert(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '')
}
