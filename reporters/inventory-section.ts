import type { Assessment } from '../src/assessment/assess.ts'
import { hardwareText, listensOn, parametersText, stateOf } from './inventory-words.ts'
import { cite, code, list, plain, table } from './markdown.ts'

/** More models or places are for memo.json. */
const most = 20

/** What was here when the run began, in short; undefined where no inventory was taken. Pure. */
export function inventorySection({ inventory: assessment }: Pick<Assessment, 'inventory'>): string | undefined {
  if (!assessment) return undefined
  const { evidence_id, inventory, rungs, unlisted_lanes, client_differences } = assessment
  const runtimes = inventory.runtimes.filter(({ state }) => state !== 'absent')
  const absent = inventory.runtimes.filter(({ state }) => state === 'absent')
  const models = inventory.runtimes.flatMap((runtime) => runtime.models)
  const secrets = (inventory.clients?.paths ?? []).filter(({ secret }) => secret)
  const clients = [
    ...secrets.map(({ file, line }) => `${code(`${file}:${line}`)} holds a literal that looks like a secret`),
    ...client_differences.map(
      ({ file, line, what, named }) =>
        `${code(`${file}:${line}`)} names ${code(named)}, which no ${what === 'tag' ? 'lane' : 'runtime'} of the config has`,
    ),
  ]
  return [
    `${plain(hardwareText(inventory))} (${cite([evidence_id])}).${absent.length > 0 ? ` Nothing answered at ${absent.map(({ endpoint = '' }) => code(endpoint)).join(', ')}.` : ''}`,
    ...(runtimes.length > 0
      ? [
          table(
            ['Runtime', 'Kind', 'Endpoint', 'State', 'Version', 'Listens on'],
            runtimes.map((each) => [
              plain(each.names.join(', ') || 'not in the config'),
              each.kind,
              each.endpoint === undefined ? '–' : code(each.endpoint),
              plain(stateOf(each)),
              plain(each.version ?? '–'),
              plain(listensOn(each)),
            ]),
          ),
        ]
      : []),
    ...(models.length > 0
      ? [
          table(
            ['Model', 'Runtime', 'Parameters', 'Quantization', 'Written', 'In memory'],
            models
              .slice(0, most)
              .map((model, index) => [
                `${code(model.tag)}${model.served_elsewhere === undefined ? '' : ` in the cloud: ${plain(model.served_elsewhere)}`}`,
                rungs[index]?.runtime ?? '–',
                plain(parametersText(model)),
                plain(model.quantization ?? '–'),
                plain(model.modified_at?.slice(0, 10) ?? '–'),
                model.loaded === undefined ? 'not told' : model.loaded ? 'yes' : 'no',
              ]),
          ),
        ]
      : []),
    ...(models.length > most ? [`${models.length - most} more models stand in memo.json.`] : []),
    ...(unlisted_lanes.length > 0
      ? [
          list(
            unlisted_lanes.map(({ lane, model, why }) => `${plain(lane)}: ${code(model)} was not here: ${plain(why)}`),
          ),
        ]
      : []),
    ...(inventory.clients
      ? [
          `Clients: ${inventory.clients.paths.length} places in ${inventory.clients.files} files.${clients.length === 0 ? ' Each tag is a lane’s and each endpoint a runtime’s.' : ''}`,
          ...(clients.length > 0 ? [list(clients.slice(0, most))] : []),
          ...(clients.length > most ? [`${clients.length - most} more stand in memo.json.`] : []),
        ]
      : []),
  ].join('\n\n')
}
