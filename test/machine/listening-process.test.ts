import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { platform, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { listeningProcess, parseListeners } from '../../src/machine/listening-process.ts'
import { childProcesses, parseStat } from '../../src/machine/process-table.ts'

async function listen(host: string, port = 0): Promise<number> {
  const server: Server = createServer()
  server.listen(port, host)
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as { port: number }).port
}

/** A real child that runs a script and says a line when it is ready. */
async function startChild(script: string): Promise<{ child: ChildProcess; pid: number; line: string }> {
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, pid: child.pid as number, line: String(line).trim() }
}

describe.runIf(platform() === 'linux')('the process that listens on a port', () => {
  it('is found for each way to write the loopback host', async () => {
    const port = await listen('127.0.0.1')
    const found = await listeningProcess('127.0.0.1', port)
    expect(found?.pid).toBe(process.pid)
    expect(found?.started_at).toBeGreaterThan(0)
    expect(found?.working_folder).toBe(process.cwd())
    expect(await listeningProcess('localhost', port)).toEqual(found)
    expect(await listeningProcess('[::1]', port)).toBeUndefined()
    const everywhere = await listen('0.0.0.0')
    expect((await listeningProcess('127.0.0.1', everywhere))?.pid).toBe(process.pid)
  })

  it('is not known where nothing listens and for hosts that are not loopback', async () => {
    const port = await listen('127.0.0.1')
    expect(await listeningProcess('192.0.2.1', port)).toBeUndefined()
    const gone = createServer().listen(0, '127.0.0.1')
    await once(gone, 'listening')
    const { port: freed } = gone.address() as { port: number }
    gone.close()
    await once(gone, 'close')
    expect(await listeningProcess('127.0.0.1', freed)).toBeUndefined()
  })

  it('is another one after a restart on the same port, also where the first was asked for before', async () => {
    const script = (port: number) =>
      `const s = require('node:net').createServer().listen(${port}, '127.0.0.1', () => console.log(s.address().port))`
    const first = await startChild(script(0))
    const port = Number(first.line)
    const before = await listeningProcess('127.0.0.1', port)
    expect(before?.pid).toBe(first.pid)
    expect(await listeningProcess('127.0.0.1', port)).toEqual(before)
    first.child.kill('SIGKILL')
    await once(first.child, 'exit')
    const second = await startChild(script(port))
    const after = await listeningProcess('127.0.0.1', port)
    expect(after?.pid).toBe(second.pid)
    expect(after).not.toEqual(before)
  })

  it('is another one after a restart on the same port, also where the first was asked for before, also within the time that it is known for', async () => {
    const script = (port: number) =>
      `const s = require('node:net').createServer().listen(${port}, '127.0.0.1', () => console.log(s.address().port))`
    const first = await startChild(script(0))
    const port = Number(first.line)
    const before = await listeningProcess('127.0.0.1', port, { known_for_ms: 60_000 })
    expect(before?.pid).toBe(first.pid)
    expect(await listeningProcess('127.0.0.1', port, { known_for_ms: 60_000 })).toEqual(before)
    first.child.kill('SIGKILL')
    await once(first.child, 'exit')
    const second = await startChild(script(port))
    const after = await listeningProcess('127.0.0.1', port, { known_for_ms: 60_000 })
    expect(after?.pid).toBe(second.pid)
    expect(after).not.toEqual(before)
  })
})

describe('what /proc shows', () => {
  const header = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'
  const row = (address: string, inode: number, state = '0A') =>
    `   0: ${address}:1F90 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 0 100 0 0 10 0\n`
  const stat = (pid: number, parent: number, started_at: number) =>
    `${pid} (a) name) S ${parent} 1 1 0 -1 4194560 1 0 0 0 1 2 0 0 20 0 1 0 ${started_at} 1 1 1\n`

  interface Shown {
    readonly parent?: number
    readonly started_at: number
    readonly sockets?: readonly number[]
    readonly command?: string
  }
  /** A folder that looks like /proc with these processes and these listening sockets on port 8080. */
  async function procFolder(
    tables: { tcp?: string; tcp6?: string },
    processes: Record<number, Shown>,
  ): Promise<string> {
    const root = await mkdtemp(join(tmpdir(), 'proc-'))
    onTestFinished(() => rm(root, { recursive: true }))
    await mkdir(join(root, 'net'))
    for (const [name, text] of Object.entries(tables)) await writeFile(join(root, 'net', name), header + text)
    for (const [pid, { parent = 1, started_at, sockets = [], command = '' }] of Object.entries(processes)) {
      await mkdir(join(root, pid, 'fd'), { recursive: true })
      await writeFile(join(root, pid, 'stat'), stat(Number(pid), parent, started_at))
      await writeFile(join(root, pid, 'cmdline'), command)
      await Promise.all(
        sockets.map((inode, index) => symlink(`socket:[${inode}]`, join(root, pid, 'fd', String(index)))),
      )
    }
    return root
  }

  it('lets the nearest address win over the wildcard', async () => {
    const root = await procFolder(
      { tcp: row('00000000', 11) + row('0100007F', 22) + row('0100007F', 33, '01') },
      { 100: { started_at: 5, sockets: [11] }, 200: { started_at: 9, sockets: [7, 22] } },
    )
    expect(await listeningProcess('127.0.0.1', 8080, { root })).toEqual({ pid: 200, started_at: 9 })
    expect(await listeningProcess('127.0.0.1', 8081, { root })).toBeUndefined()
  })

  it('tells nothing where two processes share the port or answer for different families of localhost', async () => {
    const two = { 100: { started_at: 5, sockets: [11] }, 200: { started_at: 9, sockets: [22] } }
    const shared = await procFolder({ tcp: row('0100007F', 11) + row('0100007F', 22) }, two)
    expect(await listeningProcess('127.0.0.1', 8080, { root: shared })).toBeUndefined()
    const tcp6 = row('00000000000000000000000001000000', 22)
    const families = await procFolder({ tcp: row('0100007F', 11), tcp6 }, two)
    expect(await listeningProcess('localhost', 8080, { root: families })).toBeUndefined()
    expect(await listeningProcess('::1', 8080, { root: families })).toMatchObject({ pid: 200 })
  })

  it('takes the oldest of the processes that inherited one socket', async () => {
    const shared = { sockets: [11] }
    const root = await procFolder(
      { tcp6: row('00000000000000000000000000000000', 11) },
      { 100: { started_at: 8, ...shared }, 200: { started_at: 5, ...shared }, 300: { started_at: 9, ...shared } },
    )
    expect(await listeningProcess('127.0.0.1', 8080, { root })).toEqual({ pid: 200, started_at: 5 })
  })

  it('does not trust what it saw before when the pid was given to another process', async () => {
    const root = await procFolder({ tcp: row('0100007F', 11) }, { 100: { started_at: 5, sockets: [11] } })
    expect(await listeningProcess('127.0.0.1', 8080, { root })).toEqual({ pid: 100, started_at: 5 })
    await writeFile(join(root, '100', 'stat'), stat(100, 1, 77))
    expect(await listeningProcess('127.0.0.1', 8080, { root })).toEqual({ pid: 100, started_at: 77 })
  })

  it('does not walk through all processes again while the holder holds', async () => {
    const root = await procFolder({ tcp: row('0100007F', 11) }, { 100: { started_at: 5, sockets: [11] } })
    await listeningProcess('127.0.0.1', 8080, { root })
    // An older holder that only a walk would find.
    await mkdir(join(root, '50', 'fd'), { recursive: true })
    await writeFile(join(root, '50', 'stat'), stat(50, 1, 1))
    await symlink('socket:[11]', join(root, '50', 'fd', '0'))
    expect(await listeningProcess('127.0.0.1', 8080, { root })).toEqual({ pid: 100, started_at: 5 })
  })

  it('is nothing on a system without /proc', async () => {
    const root = join(tmpdir(), 'no-such-folder')
    expect(await listeningProcess('127.0.0.1', 8080, { root })).toBeUndefined()
    expect(await childProcesses(1, { root })).toEqual([])
  })

  it('names children and their children with their commands, nearest first', async () => {
    const root = await procFolder(
      {},
      {
        10: { started_at: 1 },
        20: { parent: 10, started_at: 2, command: '/bin/serve\0--model\0a b.gguf\0\0' },
        30: { parent: 20, started_at: 3 },
        15: { parent: 1, started_at: 4 },
        25: { parent: 10, started_at: 5, command: 'x' },
      },
    )
    expect(await childProcesses(10, { root })).toEqual([
      { pid: 20, started_at: 2, command: ['/bin/serve', '--model', 'a b.gguf', ''] },
      { pid: 25, started_at: 5, command: ['x'] },
      { pid: 30, started_at: 3, command: [] },
    ])
  })

  it('is not read where a line is cut short', () => {
    expect(parseStat('12 (x) S 1')).toBeUndefined()
    expect(parseListeners(`${header}   0: 0100007F:1F90 0000`, 8080)).toEqual([])
  })
})

it.runIf(platform() === 'linux')('finds real children and grandchildren', async () => {
  const grandchild = `console.log('here'); setTimeout(() => {}, 20_000)`
  const { pid } = await startChild(
    `const c = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { stdio: ['ignore', 'pipe', 'inherit'] })
     c.stdout.once('data', () => console.log('ready'))
     process.on('exit', () => c.kill())
     process.on('SIGTERM', () => process.exit())`,
  )
  const [found, ...others] = await childProcesses(pid)
  expect(others).toEqual([])
  expect(found?.command).toEqual([process.execPath, '-e', grandchild])
  expect((await childProcesses(process.pid)).map((each) => each.pid)).toEqual(
    expect.arrayContaining([pid, found?.pid as number]),
  )
  process.kill(found?.pid as number)
})
