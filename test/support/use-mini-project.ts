import { afterEach } from 'vitest'
import { createMiniProject, type MiniProject } from './mini-project.ts'

/** The mini project of the test that runs: made by it, removed after it. */
export interface ProjectOfTest extends Omit<MiniProject, 'remove'> {
  /** Makes it; the one before, if there is one, is removed. */
  create(files: Readonly<Record<string, string | Uint8Array>>): Promise<void>
}

export function useMiniProject(): ProjectOfTest {
  let made: MiniProject | undefined
  const current = (): MiniProject => {
    if (!made) throw new Error('this test has not made its project yet: project.create(files) comes first')
    return made
  }
  async function remove(): Promise<void> {
    await made?.remove()
    made = undefined
  }
  afterEach(remove)
  return {
    async create(files) {
      await remove()
      made = await createMiniProject(files)
    },
    get folder() {
      return current().folder
    },
    run: (args, options) => current().run(args, options),
    read: (file) => current().read(file),
    list: (folder) => current().list(folder),
    replace: (file, content) => current().replace(file, content),
  }
}
