import type { StoredText } from '../evidence/schema.ts'
import { storeMessage, storeText } from '../evidence/stored-text.ts'
import type { WorkerExit } from '../evidence/worker-request.ts'
import type { RequestPrivacy } from './worker-request.ts'

/** Characters of a worker's output that are written down. */
const keptOutput = 20_000

/** Its end, where the reason of a failure stands; hash and length are of the whole. */
export function storedOutput(output: string, { privacy }: RequestPrivacy): StoredText {
  const { text, ...stored } = storeText(output, privacy)
  if (text === undefined) return stored
  return { ...stored, text: text.length > keptOutput ? `…${text.slice(-keptOutput)}` : text }
}

/** How the command ended, without what a private record may have put into the reason. */
export function storedExit(exit: WorkerExit, { privacy, input }: RequestPrivacy): WorkerExit {
  return exit.state === 'not-started' ? { ...exit, message: storeMessage(exit.message, input, privacy) } : exit
}
