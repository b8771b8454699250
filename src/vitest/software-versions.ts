import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import own from '../../package.json' with { type: 'json' }

/** Versions of bench-memo, Vitest, Node and the embedded engine; one that is not installed is absent. */
export async function softwareVersions(): Promise<Record<string, string>> {
  const require = createRequire(import.meta.url)
  const [vitest, engine] = await Promise.all([versionOf(require, 'vitest'), versionOf(require, 'node-llama-cpp')])
  return {
    'bench-memo': own.version,
    node: process.versions.node,
    ...(vitest && { vitest }),
    ...(engine && { 'node-llama-cpp': engine }),
  }
}

interface Package {
  readonly version?: string
}

async function versionOf(require: NodeJS.Require, name: string): Promise<string | undefined> {
  try {
    return (JSON.parse(await readFile(require.resolve(`${name}/package.json`), 'utf8')) as Package).version
  } catch {
    return undefined
  }
}
