/** A request that the engine will not serve, in the shape of an OpenAI error (`{"error": {code, type, message, …}}`). */
export class EngineRefusal extends Error {
  readonly status: number
  readonly type: string
  /** More fields of the error object, such as llama-server's `n_ctx`. */
  readonly details: Readonly<Record<string, unknown>>

  constructor(status: number, type: string, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.name = 'EngineRefusal'
    this.status = status
    this.type = type
    this.details = details
  }
}

/** The JSON body of a refusal; any other error is a server error whose message is kept. */
export function refusalBody(error: unknown): { status: number; body: { error: Record<string, unknown> } } {
  const refusal = error instanceof EngineRefusal ? error : new EngineRefusal(500, 'server_error', String(error))
  const { status, type, message, details } = refusal
  return { status, body: { error: { code: status, type, message, ...details } } }
}
