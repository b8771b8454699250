/**
 * Whether the name itself sends the request to Ollama's cloud: `:cloud`, or a tag that ends in `-cloud`
 * (internal/modelref of 0.31.0).
 */
export function isCloudTag(tag: string): boolean {
  return /:(?:[^/:]*-)?cloud$/i.test(tag.trim())
}
