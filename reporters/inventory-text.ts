import type { InventoryAssessment } from '../src/assessment/inventory.ts'
import { isLoopbackAddress } from '../src/config/endpoint.ts'
import type { InventoryFacts } from '../src/evidence/inventory-schema.ts'
import { megabytes } from '../src/gates/wording.ts'
import { clientText, contextText, hardwareText, listensOn, parametersText, stateOf } from './inventory-words.ts'

/** More places of one project are for `--json`. */
const mostClients = 40

/** The inventory for a terminal: aligned columns, one line each. Pure. @param now milliseconds since 1970, for ages */
export function inventoryText(assessment: InventoryAssessment, now: number): string {
  const { inventory } = assessment
  return [
    `This machine: ${line(hardwareText(inventory))}`,
    ...section('Runtimes', runtimes(inventory)),
    ...section('Models', models(assessment, now)),
    ...section(
      'Lanes whose model is not here',
      assessment.unlisted_lanes.map(({ lane, model, why }) => [lane, model, why]),
    ),
    ...section('Server processes', processes(inventory)),
    ...section(
      'Services',
      inventory.units.map(({ name, manager, active, enabled = '' }) => [name, manager, active, enabled]),
    ),
    ...clients(assessment),
    '',
    `Taken in ${(inventory.total_ms / 1000).toFixed(1)} s; no model was asked.`,
  ].join('\n')
}

function runtimes({ runtimes: all, daemons = [] }: InventoryFacts): string[][] {
  const shown = all.filter(({ state }) => state !== 'absent')
  const rows = shown.map((each) => {
    const pid = each.listening?.find((listener) => listener.pid !== undefined)?.pid
    const daemon = daemons.find((candidate) => candidate.pid === pid)
    const by = daemon
      ? `${daemon.program} ${pid}${daemon.unit ? ` (${daemon.unit})` : ''}`
      : pid === undefined
        ? '–'
        : `pid ${pid}`
    const exposed = (each.listening ?? []).some(({ address }) => !isLoopbackAddress(address))
    return [
      each.names.join(', ') || '(not in the config)',
      each.kind,
      each.endpoint ?? '–',
      stateOf(each),
      each.version ?? '–',
      `${listensOn(each)}${exposed ? ' EXPOSED' : ''}`,
      by,
    ]
  })
  const absent = all.filter(({ state }) => state === 'absent').map(({ kind, endpoint }) => `${kind} ${endpoint}`)
  return [
    ...(rows.length > 0 ? [['NAME', 'KIND', 'ENDPOINT', 'STATE', 'VERSION', 'LISTENS ON', 'PROCESS'], ...rows] : []),
    ...(absent.length > 0 ? [[`not there: ${absent.join(', ')}`]] : []),
    ...shown.flatMap(({ failure }) => (failure ? [[failure.message]] : [])),
  ]
}

function models({ inventory, rungs }: InventoryAssessment, now: number): string[][] {
  // Both are in the order of runtimes and their models.
  const all = inventory.runtimes.flatMap(({ models: listed }) => listed)
  if (all.length === 0) return []
  const left = inventory.runtimes.flatMap(({ kind, models_listed = 0, models: { length } }) =>
    models_listed > length ? [[`${kind} lists ${models_listed - length} more`]] : [],
  )
  return [
    ['TAG', 'RUNTIME', 'LADDER', 'PARAMETERS', 'QUANTIZATION', 'CONTEXT', 'SIZE', 'AGE', 'DIGEST'],
    ...all.map((model, index) => [
      `${model.tag}${model.served_elsewhere === undefined ? '' : ` (in the cloud: ${model.served_elsewhere})`}${model.chats === false ? ' (does not chat)' : ''}`,
      rungs[index]?.runtime ?? '',
      `${rungs[index]?.rung}${rungs[index]?.lane === undefined ? '' : ` (${rungs[index]?.lane})`}${model.loaded && rungs[index]?.rung !== 'loaded' ? ', loaded now' : ''}`,
      parametersText(model),
      model.quantization ?? '–',
      contextText(model),
      model.size_bytes === undefined ? '–' : megabytes(model.size_bytes),
      ageText(model.modified_at, now),
      model.digest?.slice(0, 12) ?? '–',
    ]),
    ...left,
  ]
}

function processes({ daemons = [] }: InventoryFacts): string[][] {
  return daemons.map(({ program, pid, runner_of, unit, listening, environment = {} }) => [
    program,
    `${pid}`,
    listening.map(({ address, port }) => `${address.includes(':') ? `[${address}]` : address}:${port}`).join(', '),
    runner_of === undefined ? (unit ?? '') : `runner of ${runner_of}`,
    Object.entries(environment)
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
  ])
}

function clients({ inventory, client_differences }: InventoryAssessment): string[] {
  const found = inventory.clients
  if (!found) {
    return ['', 'Client paths: none are named. Write `clients: [src/**/*.py]` into bench.config.yaml to look for them.']
  }
  const differing = new Map(client_differences.map((each) => [`${each.file}:${each.line}`, each]))
  const isTold = (file: string, at: number, secret: boolean | undefined): number =>
    secret ? 0 : differing.has(`${file}:${at}`) ? 1 : 2
  const ordered = found.paths.toSorted(
    (one, other) => isTold(one.file, one.line, one.secret) - isTold(other.file, other.line, other.secret),
  )
  const rows = ordered.slice(0, mostClients).map((path) => {
    const difference = client_differences.filter(({ file, line: at }) => file === path.file && at === path.line)
    return [
      `${path.file}:${path.line}`,
      clientText(path),
      difference
        .map(({ what, named }) => (what === 'tag' ? `no lane has ${named}` : `no runtime is at ${named}`))
        .join('; '),
    ]
  })
  return [
    ...section(`Client paths (${found.paths.length} places in ${found.files} files)`, rows),
    ...(ordered.length > rows.length ? [`  and ${ordered.length - rows.length} more (--json)`] : []),
    ...found.left_out.map((each) => `  left out: ${line(each)}`),
  ]
}

function section(title: string, rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return []
  const cells = rows.map((row) => row.map(line))
  // A line of one cell is a sentence and sets no width.
  const widths = cells.reduce<number[]>((all, row) => {
    if (row.length > 1) for (const [index, cell] of row.entries()) all[index] = Math.max(all[index] ?? 0, cell.length)
    return all
  }, [])
  return [
    '',
    title,
    ...cells.map((row) => `  ${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ')}`.trimEnd()),
  ]
}

/** One line, whatever a server or a file called its things. */
const line = (text: string): string =>
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ')

function ageText(modified_at: string | undefined, now: number): string {
  const then = Date.parse(modified_at ?? '')
  if (Number.isNaN(then)) return '–'
  const hours = (now - then) / 3_600_000
  return hours < 0
    ? '–'
    : hours < 1
      ? '< 1 h'
      : hours < 48
        ? `${Math.floor(hours)} h`
        : `${Math.floor(hours / 24)} days`
}
