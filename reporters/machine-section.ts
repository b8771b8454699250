import { describeOthers } from '../src/assessment/interference.ts'
import type { LaneAssessment } from '../src/assessment/lane-assessment.ts'
import { machineFindings } from '../src/assessment/lane-machine.ts'
import { megabytes } from '../src/gates/wording.ts'
import { cite, list, plain } from './markdown.ts'

/**
 * The memo's page on what lanes take of this machine; undefined where none runs here. Pure.
 * @param system as the machine's evidence names it
 */
export function machineSection(lanes: readonly LaneAssessment[], system = ''): string | undefined {
  const parts = lanes.flatMap(({ lane, machine }) => {
    if (!machine) return []
    const { load, memory, interference, throttling } = machine
    const said = (text: string, ids: readonly string[]): string => `${plain(text)} (${cite(ids)})`
    const others = [
      ...(interference?.largest_by_memory?.length
        ? [`by memory ${describeOthers(interference.largest_by_memory, 'memory', megabytes)}`]
        : []),
      ...(interference?.largest_by_processor?.length
        ? [`by processor ${describeOthers(interference.largest_by_processor, 'processor', megabytes)}`]
        : []),
    ].join('; ')
    const findings = machineFindings(machine)
    return [
      `**${plain(lane)}**${findings.length > 0 ? `: ${findings.map(({ text }) => plain(text)).join('; ')}` : ''}`,
      list([
        ...(load ? [`load: ${said(load.text, load.evidence_ids)}`] : []),
        ...memory.map((each) => `memory, ${plain(each.workload)}: ${said(each.text, each.evidence_ids)}`),
        ...(interference
          ? [
              `other programs: ${said(interference.text, interference.evidence_ids)}`,
              ...(others === '' ? [] : [`largest other programs: ${said(others, interference.evidence_ids)}`]),
            ]
          : ['other programs: what it does to them was not measured']),
        said(throttling.text, throttling.evidence_ids),
      ]),
    ]
  })
  if (parts.length === 0) return undefined
  const unverified = system.startsWith('darwin')
    ? [
        "**unverified:** how memory is read on macOS was built from documentation and captures. On Apple's own processors graphics and programs share one memory, which is counted here.",
      ]
    : []
  return [...unverified, ...parts].join('\n\n')
}
