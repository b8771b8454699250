import { cp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { randomId } from '../../src/evidence/random-id.ts'

const repository = new URL('../..', import.meta.url).pathname

/** The package as npm would install it, built from the sources as they are now. */
export interface BuiltPackage {
  /** Puts a copy into a project's node_modules. */
  installInto(project: string): Promise<void>
  /** The file of the reporter in such a project. */
  entryIn(project: string): string
  remove(): Promise<void>
}

/** Takes about half a second: types are left out. */
export async function buildPackage(): Promise<BuiltPackage> {
  const folder = join(repository, 'test', '.scratch', randomId())
  await mkdir(folder, { recursive: true })
  await execa('tsdown', ['--logLevel', 'warn', '--no-dts', '--out-dir', join(folder, 'dist')], {
    cwd: repository,
    preferLocal: true,
    localDir: repository,
  })
  await cp(join(repository, 'package.json'), join(folder, 'package.json'))
  const within = (project: string) => join(project, 'node_modules', 'bench-memo')
  return {
    installInto: (project) => cp(folder, within(project), { recursive: true }),
    entryIn: (project) => join(within(project), 'dist', 'index.js'),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
