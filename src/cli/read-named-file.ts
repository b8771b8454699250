import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { NoResult } from './command.ts'

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'reading it is not permitted',
}

/**
 * The text of a file that an option names, from the folder where the command was called.
 * @throws NoResult with the option, the file, and why it cannot be read
 */
export async function readNamedFile(option: string, file: string, folder: string): Promise<string> {
  const path = resolve(folder, file)
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new NoResult(`${option} ${file} cannot be read: ${(code && reasons[code]) ?? message} (${path})`)
  }
}
