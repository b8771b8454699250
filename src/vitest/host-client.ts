import { failureCodes } from '../evidence/failure-codes.ts'
import type { Evidence, EvidenceOf } from '../evidence/schema.ts'
import type { NegativeControl } from '../lanes/ask-unknown-tag.ts'
import type { EngineAddress } from '../lanes/connect.ts'
import { LoadFailed, RequestAborted, RuntimeUnreachable } from '../runtimes/failures.ts'
import type { AttemptsQuestion } from './earlier-attempts.ts'
import type { HashingProgress } from './hashing-progress.ts'
import type { ProvidedBench } from './provided.ts'

/** Where a worker's evidence goes. */
export interface BegunRun {
  readonly run_id: string
  readonly evidence_folder: string
  /** What the main process recorded of the run and the machine: the first test carries it into reports. */
  readonly run_evidence: readonly Evidence[]
}

/** Puts one question to the main process. @throws RuntimeFailure with the main process's own words */
async function question<Answer>(
  host: ProvidedBench['host'],
  name: string,
  body: unknown,
  signal?: AbortSignal,
): Promise<Answer> {
  const response = await fetch(`${host.url}/${name}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${host.token}` },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw new RequestAborted(`the run was ended while it waited for ${name}`)
    throw new RuntimeUnreachable('the main process of this Vitest run does not answer; run again', {}, { cause: error })
  })
  const answer = (await response.json()) as Answer & { message?: string; code?: string }
  if (response.ok) return answer
  const message = answer.message ?? `the main process answered ${response.status}`
  throw failureCodes.some((code) => code === answer.code) && answer.code === 'aborted'
    ? new RequestAborted(message)
    : new LoadFailed(message)
}

/** Announces a lane's worker and learns which run this is. */
export function begin(host: ProvidedBench['host'], lane: string): Promise<BegunRun> {
  return question(host, 'begin', { lane })
}

/** Waits for the lane's turn on its machine; each question is short, so that no time-out of HTTP ends the waiting. */
export async function takeTurn(host: ProvidedBench['host'], lane: string): Promise<void> {
  while (!(await question<{ taken: boolean }>(host, 'turn', { lane })).taken);
}

/** What is found out of a lane once a run: evidence of its context, of what it makes of schemas, and how it met a tag that cannot exist. */
interface KnownOfLane {
  readonly context: Evidence
  readonly latency: Evidence
  readonly concurrency: Evidence
  readonly interference: Evidence
  readonly capability: Evidence
  readonly control: NegativeControl
}

/** What this run knows of a lane already; undefined where it does not. */
export async function recall<What extends keyof KnownOfLane>(
  host: ProvidedBench['host'],
  lane: string,
  what: What,
): Promise<KnownOfLane[What] | undefined> {
  return (await question<{ value?: KnownOfLane[What] }>(host, 'known', { lane, what })).value
}

/** Keeps it for the workers that come after this one. */
export async function remember<What extends keyof KnownOfLane>(
  host: ProvidedBench['host'],
  lane: string,
  what: What,
  value: KnownOfLane[What],
): Promise<void> {
  await question(host, 'known', { lane, what, value })
}

/** What the latest whole run before this one found of a lane's runtime; undefined where there is none. */
export async function earlierCapability(
  host: ProvidedBench['host'],
  lane: string,
): Promise<EvidenceOf<'capability'> | undefined> {
  return (await question<{ value?: EvidenceOf<'capability'> }>(host, 'earlier-capability', { lane })).value
}

/** Lets the main process say how far the reading of weights is; nobody waits for it. */
export function tellHashing(host: ProvidedBench['host'], progress: HashingProgress): void {
  question(host, 'hashing', progress).catch(() => undefined)
}

/** Starts the embedded engine, fetching the lane's weights first where they are not there. */
export function connectEngine(host: ProvidedBench['host'], lane: string, signal?: AbortSignal): Promise<EngineAddress> {
  return question(host, 'engine', { lane }, signal)
}

/** What earlier runs answered of the trial that this lane has answered now, as evidence of this run. */
export async function askEarlierAttempts(host: ProvidedBench['host'], asked: AttemptsQuestion): Promise<Evidence> {
  return (await question<{ evidence: Evidence }>(host, 'attempts', asked)).evidence
}
