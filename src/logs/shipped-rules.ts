import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type CompiledRule, readRules } from './compile-rules.ts'

/** Beside this file in the sources; in the built package this code may stand in a folder of dist. */
const places = ['./log-rules.yaml', '../log-rules.yaml']

/** The rules that come with the package. */
export async function shippedRules(): Promise<readonly CompiledRule[]> {
  const paths = places.map((place) => fileURLToPath(new URL(place, import.meta.url)))
  const path = paths.find((each) => existsSync(each))
  if (path === undefined) throw new Error('log-rules.yaml is missing from the package; install bench-memo again')
  return await readRules(path)
}
