import { fileURLToPath } from 'node:url'

/**
 * Path of the module `name` in the same folder as the caller, with the caller's own extension:
 * `engine.ts` beside a source, `engine.js` (or `.mjs`) beside a bundled file. Pass `import.meta.url` as `from`.
 */
export function siblingModule(name: string, from: string): string {
  const extension = /\.[cm]?[jt]s$/.exec(new URL(from).pathname)?.[0] ?? '.js'
  return fileURLToPath(new URL(`./${name}${extension}`, from))
}
