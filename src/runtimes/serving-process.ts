/** The process behind an endpoint, as the connecting layer finds it; adapters do not look into the machine themselves. */
export interface ServingProcess {
  readonly pid: number
  /** Start in whatever unit: it only tells one process from another that got the same pid. */
  readonly started_at: number
  /** Absolute; the files that the process names may be relative to it. */
  readonly working_folder?: string
}

/** Undefined where it can't be known, as on another machine. */
export type FindServingProcess = () => Promise<ServingProcess | undefined>
