import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export interface WrittenProcess {
  readonly pid: number
  readonly parent?: number
  /** Path of its program's file. */
  readonly program: string
  readonly command?: readonly string[]
  readonly environment?: readonly string[]
  readonly cgroup?: string
  /** Inodes of its sockets. */
  readonly sockets?: readonly number[]
}

/** A listening socket as /proc/net/tcp writes it. */
export interface WrittenSocket {
  /** Hexadecimal, in the order of little-endian machines. */
  readonly address: string
  readonly port: number
  readonly inode: number
}

/** A folder that looks like /proc, with these processes and listening sockets; it goes with the test. */
export async function procFolder(
  processes: readonly WrittenProcess[],
  sockets: readonly WrittenSocket[] = [],
): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'bench-memo-proc-'))
  onTestFinished(() => rm(root, { recursive: true }))
  await mkdir(join(root, 'net'))
  const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'
  const table = (length: number): string =>
    [head, ...sockets.filter(({ address }) => address.length === length).map(socketLine), ''].join('\n')
  await writeFile(join(root, 'net', 'tcp'), table(8))
  await writeFile(join(root, 'net', 'tcp6'), table(32))
  for (const each of processes) {
    const folder = join(root, String(each.pid))
    await mkdir(join(folder, 'fd'), { recursive: true })
    await symlink(each.program, join(folder, 'exe'))
    const rest = Array.from({ length: 17 }, () => '0')
    await writeFile(join(folder, 'stat'), `${each.pid} (any) S ${each.parent ?? 1} ${rest.join(' ')} 100 0`)
    await writeFile(join(folder, 'cmdline'), `${(each.command ?? [each.program]).join('\0')}\0`)
    if (each.environment) await writeFile(join(folder, 'environ'), `${each.environment.join('\0')}\0`)
    if (each.cgroup !== undefined) await writeFile(join(folder, 'cgroup'), each.cgroup)
    for (const [index, inode] of (each.sockets ?? []).entries())
      await symlink(`socket:[${inode}]`, join(folder, 'fd', String(index + 3)))
  }
  return root
}

function socketLine({ address, port, inode }: WrittenSocket, index: number): string {
  const local = `${address}:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const remote = `${'0'.repeat(address.length)}:0000`
  return `   ${index}: ${local} ${remote} 0A 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0000000000000000 100 0 0 10 0`
}
