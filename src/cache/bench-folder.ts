import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Makes `.bench` and keeps it out of version control: evidence may hold prompts and answers. */
export async function prepareFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, '.gitignore'), '*\n', { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
}
