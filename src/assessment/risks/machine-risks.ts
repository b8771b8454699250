import { type Detector, logFindings, type Risk, riskOfLog, unexamined } from './risk.ts'

/** Memory that runs short while a lane serves. */
export const memoryPressure: Detector = (context) => {
  const { lanes, config } = context
  const used = lanes.flatMap(({ lane, machine }) => (machine?.memory ?? []).map((use) => ({ lane, ...use })))
  const refused = lanes.flatMap(({ lane, machine }) => (machine?.load?.refused ? [{ lane, load: machine.load }] : []))
  const killed = logFindings(context, 'out-of-memory', 'runner-killed')
  if (used.every(({ state }) => state === 'unknown') && refused.length === 0 && killed === undefined)
    return { not_examined: 'the memory of no lane was measured' }
  const { caution_used_percent: caution } = config.machine.memory
  const worst = new Map<string, (typeof used)[number]>()
  for (const use of used) {
    if (use.state !== 'caution' && use.state !== 'critical') continue
    if (worst.get(use.lane)?.state !== 'critical') worst.set(use.lane, use)
  }
  return {
    risks: [
      ...refused.map(
        ({ lane, load }): Risk => ({
          risk: 'memory-pressure',
          severity: 'high',
          subject: lane,
          finding: `the model was not loaded, since it would not fit: ${load.text}`,
          remediation: `lanes: { ${lane}: { context: less, or a model of fewer bytes } }, or end other programs before it`,
          decision: 'change',
          check: `the memory gate of ${lane} passes`,
          evidence_ids: load.evidence_ids,
        }),
      ),
      ...[...worst.values()].map(
        ({ lane, state, text, evidence_ids }): Risk => ({
          risk: 'memory-pressure',
          severity: state === 'critical' ? 'high' : 'medium',
          subject: lane,
          finding: text,
          remediation:
            state === 'critical'
              ? `lanes: { ${lane}: { context: less, or a model of fewer bytes } }, or end other programs before it`
              : `before each job: \`npx bench-memo preflight <workload>\`, which holds it back above critical; end other programs above ${caution} %`,
          decision: state === 'critical' ? 'change' : 'keep',
          check: `the memory gate of ${lane} passes without a condition`,
          evidence_ids,
        }),
      ),
      ...(killed ?? []).map((each) => riskOfLog('memory-pressure', 'high', each)),
    ],
  }
}

/** Answers that get slower while the run goes on. */
export const thermalThrottling: Detector = ({ lanes }) => {
  const measured = lanes.flatMap(({ lane, machine }) => (machine ? [{ lane, ...machine.throttling }] : []))
  if (measured.every(({ state }) => state === 'not-measured'))
    return { not_examined: measured[0]?.text ?? 'no lane of this machine has answered often enough' }
  return {
    risks: measured
      .filter(({ state }) => state === 'slower')
      .map(
        ({ lane, text, evidence_ids }): Risk => ({
          risk: 'thermal-throttling',
          severity: 'medium',
          subject: lane,
          finding: text,
          remediation: `give the machine air or a lower power limit, leave pauses between jobs of ${lane}, or runtimes: { …: { threads: fewer } }; measure latency limits at the end of a long run`,
          decision: 'change',
          check: 'the last third of a run is as fast as its first (section This machine)',
          evidence_ids: evidence_ids.slice(0, 2),
        }),
      ),
  }
}

/** A GPU that is there, or was claimed, and does not do the work. */
export const cpuFallback: Detector = (context) => {
  const placed = context.lanes.flatMap(({ lane, placement, evidence_ids }) =>
    placement ? [{ lane, placement, evidence_ids }] : [],
  )
  const logs = logFindings(context, 'cpu-fallback')
  if (placed.length === 0 && logs === undefined)
    return { not_examined: `no local lane was loaded; ${unexamined.noLogs}` }
  return {
    risks: [
      ...placed.flatMap(({ lane, placement, evidence_ids }) =>
        placement.findings.map(
          (finding): Risk => ({
            risk: 'cpu-fallback',
            severity: 'medium',
            subject: lane,
            finding: `${placement.text}: ${finding}`,
            remediation: `look at what the runtime says of its layers at load (llama-server: --n-gpu-layers; Ollama: num_gpu, its log line "offloaded"), and at drivers and memory of the GPU`,
            decision: 'change',
            check: `the placement of ${lane} is told the same by runtime, process and speed`,
            evidence_ids,
          }),
        ),
      ),
      ...(logs ?? []).map((each) => riskOfLog('cpu-fallback', 'medium', each)),
    ],
  }
}
