import { isLoopbackAddress } from '../../config/endpoint.ts'
import type { EvidenceOf } from '../../evidence/schema.ts'
import { type Detector, logFindings, type Risk, type RiskContext, riskOfLog, unexamined } from './risk.ts'

const inventoriesOf = ({ evidence }: Pick<RiskContext, 'evidence'>): EvidenceOf<'inventory'>[] =>
  evidence.flatMap((each) => (each.kind === 'inventory' ? [each] : []))

const noInventory = 'no inventory was taken'

/** A server of models that more than this machine reaches. */
interface Exposed {
  readonly program: string
  readonly subject: string
  readonly addresses: readonly string[]
  readonly port: number
  readonly unit?: string | undefined
  readonly evidence_id: string
}

/** Runtimes that listen beyond loopback: whoever reaches the machine can ask, load and (Ollama) delete models. */
export const exposedEndpoint: Detector = (context) => {
  const inventories = inventoriesOf(context)
  if (inventories.length === 0) return { not_examined: noInventory }
  const seen = inventories.some(
    ({ daemons, runtimes }) => daemons !== undefined || runtimes.some(({ listening }) => listening !== undefined),
  )
  if (!seen) return { not_examined: 'this system does not show who listens where' }
  return { risks: inventories.flatMap(exposedServers).map(exposedRisk) }
}

function exposedServers({ id, runtimes, daemons = [] }: EvidenceOf<'inventory'>): Exposed[] {
  const answering = runtimes.flatMap(({ kind, names, endpoint, listening, state }): Exposed[] => {
    const addresses = beyondLoopback((listening ?? []).map(({ address }) => address))
    if (addresses.length === 0 || endpoint === undefined || state === 'absent') return []
    const pid = listening?.find((each) => each.pid !== undefined)?.pid
    const unit = daemons.find((each) => each.pid === pid)?.unit
    const subject = names[0] === undefined ? `${kind} at ${endpoint}` : `runtime ${names.join(', ')}`
    return [{ program: kind, subject, addresses, port: portOf(endpoint), unit, evidence_id: id }]
  })
  const known = new Set(runtimes.flatMap(({ listening }) => (listening ?? []).flatMap(({ pid }) => pid ?? [])))
  const ports = new Set(answering.map(({ port }) => port))
  const others = daemons.flatMap(({ program, pid, unit, listening }): Exposed[] => {
    if (known.has(pid) && listening.every(({ port }) => ports.has(port))) return []
    const open = listening.filter(({ address, port }) => !isLoopbackAddress(address) && !ports.has(port))
    const [first] = open
    return first === undefined
      ? []
      : [
          {
            program,
            subject: `${program} on port ${first.port}`,
            addresses: open.filter(({ port }) => port === first.port).map(({ address }) => address),
            port: first.port,
            unit,
            evidence_id: id,
          },
        ]
  })
  return [...answering, ...others]
}

function exposedRisk({ program, subject, addresses, port, unit, evidence_id }: Exposed): Risk {
  const everywhere = addresses.some((address) => address === '0.0.0.0' || address === '::')
  return {
    risk: 'exposed-endpoint',
    severity: 'high',
    subject,
    finding: `it listens on ${addresses.join(', ')} (port ${port})${everywhere ? ', which is every address of this machine' : ''}: other machines can fill its queue, unload its models or replace them, where nothing before it stops them`,
    remediation: remedyFor(program, port, unit),
    decision: 'change',
    check: `npx bench-memo inventory shows 127.0.0.1 as the only address of port ${port}`,
    evidence_ids: [evidence_id],
  }
}

function remedyFor(program: string, port: number, unit: string | undefined): string {
  const restart = unit === undefined ? '' : ` (in ${unit}: \`systemctl edit ${unit}\`, then restart it)`
  if (/^ollama/i.test(program)) {
    return unit === undefined
      ? `start Ollama with OLLAMA_HOST=127.0.0.1:${port}`
      : `\`systemctl edit ${unit}\`: [Service] Environment="OLLAMA_HOST=127.0.0.1:${port}", then \`systemctl restart ${unit}\``
  }
  if (/^llama-server/i.test(program)) return `llama-server --host 127.0.0.1 --port ${port}${restart}`
  if (/^vllm/i.test(program)) return `vllm serve … --host 127.0.0.1 --port ${port}${restart}`
  if (/^litellm/i.test(program)) return `litellm --host 127.0.0.1 --port ${port}${restart}`
  if (/^lm/i.test(program)) return 'LM Studio, Developer, Server Settings: switch "Serve on Local Network" off'
  return `let ${program} listen on 127.0.0.1:${port}, or put a firewall and a key before it${restart}`
}

const beyondLoopback = (addresses: readonly string[]): string[] =>
  addresses.filter((address) => !isLoopbackAddress(address))

function portOf(endpoint: string): number {
  const { port, protocol } = new URL(endpoint)
  return Number(port || (protocol === 'https:' ? 443 : 80))
}

/** Keys that stand in clients' files or in logs. The config has none: it is refused with one. */
export const secretsExposed: Detector = (context) => {
  const scanned = inventoriesOf(context).filter(({ clients }) => clients !== undefined)
  const logs = logFindings(context, 'secret')
  if (scanned.length === 0 && logs === undefined) {
    return {
      not_examined: `no client's file was read: name them under \`clients:\` of bench.config.yaml; ${unexamined.noLogs}`,
    }
  }
  return {
    risks: [
      ...scanned.flatMap(({ id, clients }) => {
        const lines = Map.groupBy(
          (clients?.paths ?? []).filter(({ secret }) => secret),
          ({ file }) => file,
        )
        return [...lines].map(
          ([file, places]): Risk => ({
            risk: 'secrets-exposed',
            severity: 'critical',
            subject: file,
            finding: `a literal that looks like a secret stands in line ${places.map(({ line }) => line).join(', ')}`,
            remediation: `${file}: read it from an environment variable (os.environ["…"], process.env.…, \${…}), and revoke the key that stood there`,
            decision: 'change',
            check: `npx bench-memo inventory finds no secret in ${file}`,
            evidence_ids: [id],
          }),
        )
      }),
      ...(logs ?? []).map((each) => riskOfLog('secrets-exposed', 'critical', each)),
    ],
  }
}
