import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'

const prefix = 'unfinished-'
const abandonedAfterMs = 24 * 60 * 60 * 1000

/**
 * Makes a folder that is there as a whole or not at all: `fill` works in a folder beside it (`result` becomes the
 * folder, the rest is thrown away). Where another process was faster, its folder stays. Rejects with fill's error.
 */
export async function fillFolder(
  target: string,
  fill: (folders: { readonly scratch: string; readonly result: string }) => Promise<void>,
): Promise<void> {
  const parent = path.dirname(target)
  await mkdir(parent, { recursive: true })
  await removeAbandoned(parent)
  const scratch = await mkdtemp(path.join(parent, prefix))
  const result = path.join(scratch, 'result')
  try {
    await mkdir(result)
    await fill({ scratch, result })
    await rename(result, target).catch((error) => {
      if (!existsSync(target)) throw error
    })
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** What killed builds left. Young ones may belong to a process that is at work. */
async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue
    const folder = path.join(parent, name)
    const facts = await stat(folder).catch(() => undefined)
    if (facts && Date.now() - facts.mtimeMs > abandonedAfterMs) await rm(folder, { recursive: true, force: true })
  }
}
