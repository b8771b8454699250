/**
 * A tag as Ollama's /api/tags and /api/ps write it: without the default registry and namespace, with `:latest` where no
 * version is said.
 */
export function shortTag(tag: string): string {
  const short = tag.replace(/^registry\.ollama\.ai\//, '').replace(/^library\//, '')
  return short.lastIndexOf(':') > short.lastIndexOf('/') ? short : `${short}:latest`
}

/** `phi4-mini` and `phi4-mini:latest` are one tag; nothing is the same as a tag that is not told. */
export function isSameTag(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && shortTag(one) === shortTag(other)
}
