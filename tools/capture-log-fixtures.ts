/**
 * Induces every fault of test/real/logs on the prepared runtimes and writes what they log to test/logs/fixtures, each
 * with a header that names program, version and how: `node tools/capture-log-fixtures.ts [part of a name]`.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import { healthyUses, logFaults } from '../test/real/logs/log-faults.ts'
import { preparedPath } from '../test/real/runtimes/prepared-runtimes.ts'
import { ollamaVersion, runtimeFiles } from './runtimes/runtime-files.ts'

const folder = path.join(import.meta.dirname, '../test/logs/fixtures')
const wanted = process.argv[2] ?? ''
/** What says nothing of a fault and fills pages: gin's table of routes, what the loader prints of a model. */
const noise = /^(?:\[GIN-debug\]|llama_model_loader: - |print_info: |load: (?:control|special|token)|\s+- using )/

const { all: serverVersion } = await execa(preparedPath('llamaServer'), ['--version'], { all: true })
const versions = { Ollama: ollamaVersion, 'llama-server': /version: (.*)/.exec(serverVersion)?.[1] ?? 'unknown' }

for (const { induce, ...fault } of [...logFaults, ...healthyUses]) {
  const { detector = 'healthy', name, program } = fault as Partial<(typeof logFaults)[number]> & typeof fault
  if (!`${detector}/${name}`.includes(wanted)) continue
  const isHealthy = detector === 'healthy'
  const log = withoutPrivatePaths(await induce())
  const kept = isHealthy
    ? log
    : `${log
        .trimEnd()
        .split('\n')
        .filter((line) => !noise.test(line))
        .join('\n')}\n`
  const header = {
    origin: isHealthy ? 'healthy' : 'induced',
    program,
    version: versions[program],
    how: fault.how,
    changed: `private paths, addresses and keys replaced${isHealthy ? '' : "; gin's routes and the loader's dump left out"}`,
    ...('rules' in fault && { rules: fault.rules, also: (fault as (typeof logFaults)[number]).also ?? [] }),
  }
  await mkdir(path.join(folder, detector), { recursive: true })
  await writeFile(path.join(folder, detector, `${name}.log`), kept)
  await writeFile(path.join(folder, detector, `${name}.header.json`), `${JSON.stringify(header, null, 2)}\n`)
  process.stdout.write(`${detector}/${name}: ${kept.split('\n').length} lines\n`)
}

function withoutPrivatePaths(log: string): string {
  return log
    .replaceAll(runtimeFiles().root, '/opt/runtimes')
    .replaceAll(/\/tmp\/bench-memo-ollama-\w+/g, '/tmp/ollama')
    .replaceAll(path.join(import.meta.dirname, '..'), '/home/user/project')
    .replaceAll(homedir(), '/home/user')
    .replaceAll(/bench-memo-no-weights-\d+/g, 'no-weights')
    .replaceAll(/on (?:\d+\.){3}\d+:53/g, 'on 192.0.2.53:53')
    .replaceAll(/ssh-ed25519 \S+/g, 'ssh-ed25519 (removed)')
}
