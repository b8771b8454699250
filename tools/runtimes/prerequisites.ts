import { execa } from 'execa'

/** A program that a step needs, how to see whether it works, and how to get it. */
interface Prerequisite {
  readonly command: string
  readonly arguments: readonly string[]
  /** One clause. */
  readonly remedy: string
  /** Lowest [major, minor] that will do, read from the command's answer. */
  readonly atLeast?: readonly [number, number]
}

const fromDebian = (name: string) => `on Debian: apt-get install ${name}`

const prerequisites = {
  git: { command: 'git', arguments: ['--version'], remedy: fromDebian('git') },
  cmake: { command: 'cmake', arguments: ['--version'], remedy: fromDebian('cmake'), atLeast: [3, 14] },
  make: { command: 'make', arguments: ['--version'], remedy: fromDebian('make') },
  'g++': { command: 'g++', arguments: ['--version'], remedy: fromDebian('g++') },
  gcc: { command: 'gcc', arguments: ['--version'], remedy: fromDebian('gcc') },
  go: {
    command: 'go',
    arguments: ['env', 'GOVERSION'],
    remedy: 'Debian 12 and 13 have an older one: unpack the release of go.dev/doc/install and put it on the PATH',
    atLeast: [1, 26],
  },
  pip: {
    command: 'python3',
    arguments: ['-m', 'pip', '--version'],
    remedy: fromDebian('python3-pip'),
  },
  venv: { command: 'python3', arguments: ['-c', 'import ensurepip'], remedy: fromDebian('python3-venv') },
} as const satisfies Record<string, Prerequisite>

export type PrerequisiteName = keyof typeof prerequisites

/** One line for each of them that is missing or too old, with how to get it; [] where all work. */
export async function missingPrerequisites(names: Iterable<PrerequisiteName>): Promise<string[]> {
  const complaints = await Promise.all([...new Set(names)].map((name) => complaint(name, prerequisites[name])))
  return complaints.filter((line) => line !== undefined)
}

async function complaint(name: string, wanted: Prerequisite): Promise<string | undefined> {
  const { failed, stdout } = await execa(wanted.command, wanted.arguments, {
    reject: false,
    stdin: 'ignore',
    env: { GOTOOLCHAIN: 'local' }, // else an old go would say the version that it would download
  })
  if (failed) return `${name} is missing; ${wanted.remedy}`
  if (!wanted.atLeast) return undefined
  const [major, minor] = wanted.atLeast
  const [, ...found] = /(\d+)\.(\d+)/.exec(stdout) ?? []
  const [foundMajor = 0, foundMinor = 0] = found.map(Number)
  if (foundMajor > major || (foundMajor === major && foundMinor >= minor)) return undefined
  return `${name} ${foundMajor}.${foundMinor} is too old, ${major}.${minor} is needed; ${wanted.remedy}`
}
