#!/usr/bin/env node
import own from '../../package.json' with { type: 'json' }
import { type Command, NoResult, WrongUsage } from './command.ts'

interface Entry {
  readonly synopsis: string
  readonly summary: string
  readonly load: () => Promise<{ readonly command: Command }>
}

const commands: Readonly<Record<string, Entry>> = {
  show: {
    synopsis: 'show <evidence id>',
    summary: 'a recorded answer: prompt, answer, difference to the expected',
    load: () => import('./show-command.ts'),
  },
  compare: {
    synopsis: 'compare <run A> <run B>',
    summary: 'what became of each gate from A to B, or why the two do not compare',
    load: () => import('./compare-command.ts'),
  },
  judge: {
    synopsis: 'judge [<run>]',
    summary: 'judges stored answers again by the config of today, without asking a model',
    load: () => import('./judge-command.ts'),
  },
  inventory: {
    synopsis: 'inventory',
    summary: 'what serves models here, what calls them, and how far each model got',
    load: () => import('./inventory-command.ts'),
  },
  logs: {
    synopsis: 'logs [paths…]',
    summary: 'what logs of runtimes and queues say: faults, and blocks that probes contradict',
    load: () => import('./logs-command.ts'),
  },
  preflight: {
    synopsis: 'preflight <workload>',
    summary: 'may a job of this workload start now? go, no-go or unknown',
    load: () => import('./preflight-command.ts'),
  },
  check: {
    synopsis: 'check <workload> --input F --output F',
    summary: 'may one real result count as done?',
    load: () => import('./check-command.ts'),
  },
  probe: {
    synopsis: 'probe --model TAG --prompt-file F',
    summary: 'a few timed runs of one prompt: latency, memory, which model answered',
    load: () => import('./probe-command.ts'),
  },
}

process.exitCode = await main(process.argv.slice(2))

/** Exit codes: 0 done, 1 not found or not readable, 2 wrong usage; what else a command gives, its help says. */
async function main([name, ...args]: string[]): Promise<number> {
  if (name === '--version' || name === '-v') return say(own.version)
  if (name === undefined || name === '--help' || name === '-h') return say(usage(), name === undefined ? 2 : 0)
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!entry) return complain(`there is no command ${name}`, `\n\n${usage()}`, 2)
  const { command } = await entry.load()
  if (args.includes('--help') || args.includes('-h')) return say(command.help)
  try {
    const { text, exit_code } = await command.run(args, process.cwd())
    return say(text, exit_code)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const isUsage = error instanceof WrongUsage || code?.startsWith('ERR_PARSE_ARGS')
    return isUsage
      ? complain(message, `\n\n${command.help}`, 2)
      : complain(message, '', error instanceof NoResult ? 2 : 1)
  }
}

function usage(): string {
  const width = Math.max(...Object.values(commands).map(({ synopsis }) => synopsis.length))
  return [
    `bench-memo ${own.version}`,
    '',
    ...Object.values(commands).map(({ synopsis, summary }) => `  bench-memo ${synopsis.padEnd(width)}  ${summary}`),
    '',
    'bench-memo <command> --help says more. The bench itself runs in Vitest: npx vitest run --reporter=bench-memo',
  ].join('\n')
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
