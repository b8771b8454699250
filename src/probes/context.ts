import { randomInt } from 'node:crypto'
import type { ContextTrial } from '../evidence/context-schema.ts'
import type { EvidenceFacts } from '../evidence/schema.ts'
import type { ProbedLane } from '../lanes/lane.ts'
import { loadRequest } from '../lanes/load-request.ts'
import { asRuntimeFailure, ContextExceeded, RequestAborted } from '../runtimes/failures.ts'
import { wordsOf } from '../runtimes/words-of.ts'
import { type Codes, codesIn, contextPrompt } from './context-prompt.ts'
import { type Calibration, type ContextTarget, calibrate, cyclesFor, targetOf } from './context-size.ts'

type ContextFacts = Extract<EvidenceFacts, { kind: 'context' }>

/** Cycles of filler of the two calibrations: some 80 and 200 tokens. */
const calibrationCycles = [1, 3] as const
/** What an answer with three codes takes, with some room for words around them. */
const answerTokens = 48
/** A prompt over the context is so much longer than all that was declared. */
const overFactor = 1.25

/**
 * Fills a lane's context once, to see how much of a prompt reaches the model: two short prompts tell how many tokens
 * the text has, one prompt must fit what is declared, and one is clearly over it. Rejects with RequestAborted only;
 * any other failure of the runtime is a finding.
 */
export async function probeContext({
  name,
  lane,
  runtime,
  description,
  options_sha256,
  signal,
}: ProbedLane): Promise<ContextFacts> {
  const began = performance.now()
  const limits = lane.context_probe
  const speeds: number[] = []

  async function attempt(cycles: number, output: number, calibration?: Calibration): Promise<ContextTrial> {
    const codes = drawCodes()
    const messages = contextPrompt(cycles, codes)
    const started = performance.now()
    const sent = {
      words: wordsOf(messages),
      characters: messages.reduce((sum, { content }) => sum + content.length, 0),
      ...(calibration && { expected_prompt_tokens: calibration.tokensOf(cycles) }),
    }
    try {
      const { text, thinking, usage, server_timings, wire } = await runtime.chat(
        {
          ...loadRequest(lane),
          messages,
          temperature: 0,
          seed: lane.seed,
          max_output_tokens: output,
          think: false,
          prefix_cache: false,
        },
        { deadline_ms: 2000 * limits.seconds + 5000, ...(signal && { signal }) },
      )
      const fresh = (usage.prompt_tokens ?? sent.words) - (usage.cached_prompt_tokens ?? 0)
      const reading_ms = server_timings.prompt_ms ?? wire.first_content_ms ?? wire.total_ms
      if (reading_ms > 0 && fresh > 0) speeds.push((1000 * fresh) / reading_ms)
      return {
        ...sent,
        outcome: {
          state: 'answered',
          ...(usage.prompt_tokens !== undefined && { prompt_tokens: usage.prompt_tokens }),
          ...(usage.output_tokens !== undefined && { output_tokens: usage.output_tokens }),
          codes: codesIn(`${thinking}\n${text}`, codes),
          total_ms: wire.total_ms,
        },
      }
    } catch (error) {
      if (error instanceof RequestAborted) throw error
      const { code, message } = asRuntimeFailure(error)
      const named = error instanceof ContextExceeded ? Number(error.facts.n_ctx) : Number.NaN
      return {
        ...sent,
        outcome: {
          state: 'failed',
          code,
          message,
          ...(named > 0 && { context_tokens: named }),
          total_ms: performance.now() - started,
        },
      }
    }
  }

  const finish = (target: ContextTarget, trials: Pick<ContextFacts, 'calibrations' | 'fitting' | 'over'>) => {
    const configured = lane.context ?? description?.context_configured
    return {
      kind: 'context' as const,
      lane: name,
      options_sha256,
      ...(description?.context_trained !== undefined && { context_trained: description.context_trained }),
      ...(configured !== undefined && { context_configured: configured }),
      ...(description?.context_in_force !== undefined && { context_in_force: description.context_in_force }),
      target_tokens: target.tokens,
      target_from: target.from,
      ...trials,
      total_ms: performance.now() - began,
    }
  }

  const calibrations: ContextTrial[] = []
  for (const cycles of calibrationCycles) calibrations.push(await attempt(cycles, 1))
  const declared = { configured: lane.context, in_force: description?.context_in_force }
  // The slower of the two: the first may have a cached prefix, as where no request can forbid it.
  const target = targetOf(declared, limits, speeds.length > 0 ? Math.min(...speeds) : undefined)
  const calibration = calibrate(calibrationCycles, calibrations)
  if (calibration === undefined) return finish(target, { calibrations })
  const fill = (tokens: number) => attempt(cyclesFor(tokens - answerTokens, calibration), answerTokens, calibration)
  const fitting = await fill(target.tokens)
  const named = fitting.outcome.state === 'failed' ? fitting.outcome.context_tokens : undefined
  // Nothing was declared, or too much: the refusal says how much there is, and was one of a prompt over the context.
  if (named !== undefined && named < target.tokens)
    return finish({ tokens: named, from: 'refusal' }, { calibrations, fitting: await fill(named), over: fitting })
  const most = Math.max(target.tokens, declared.in_force ?? 0, declared.configured ?? 0)
  const over = await attempt(cyclesFor(most * overFactor, calibration) + 1, 1, calibration)
  return finish(target, { calibrations, fitting, over })
}

function drawCodes(): Codes {
  const draw = () => String(randomInt(100_000, 1_000_000))
  return { head: draw(), middle: draw(), tail: draw() }
}
