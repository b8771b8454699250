import { once } from 'node:events'
import { createServer } from 'node:net'
import { platform } from 'node:os'
import { describe, expect, it, onTestFinished } from 'vitest'
import { allListeners, holdersOf, parseAllListeners } from '../../src/machine/port-listeners.ts'
import { procFolder } from './proc-folder.ts'

const row = (address: string, state = '0A') =>
  `   0: ${address}:2CAA 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0`

describe('the listening sockets in /proc/net/tcp', () => {
  it.for([
    ['0100007F', '127.0.0.1'],
    ['00000000', '0.0.0.0'],
    ['0501A8C0', '192.168.1.5'],
    ['00000000000000000000000000000000', '::'],
    ['00000000000000000000000001000000', '::1'],
    ['0000000000000000FFFF00000100007F', '127.0.0.1'],
    ['000080FE00000000FF5C5D5EFEFF5C5B', 'fe80::5e5d:5cff:5b5c:fffe'],
  ])('have their address as people write it: %s is %s', ([hexadecimal = '', address]) => {
    expect(parseAllListeners(row(hexadecimal))).toEqual([{ address, port: 11_434, inode: '4711' }])
  })

  it('are no connections, no head of the table and no torn lines', () => {
    expect(parseAllListeners(`  sl  local_address rem_address   st\n${row('0100007F', '01')}\n   1: 0100`)).toEqual([])
  })

  it.runIf(platform() === 'linux')('include one of this process, and tell whose it is', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const { port } = server.address() as { port: number }
    const found = allListeners()?.find((each) => each.port === port)
    expect(found).toMatchObject({ address: '127.0.0.1' })
    const inode = found?.inode ?? ''
    expect(holdersOf(new Set([inode])).get(inode)).toBe(process.pid)
  })

  it('are unknown where the system does not show them', () => {
    expect(allListeners({ root: '/nowhere' })).toBeUndefined()
  })

  it('belong to the oldest of the processes that share them', async () => {
    const root = await procFolder([
      { pid: 20, program: '/usr/bin/ollama', sockets: [7] },
      { pid: 9, program: '/usr/bin/ollama', sockets: [7] },
    ])
    expect(holdersOf(new Set(['7', '8']), { root })).toEqual(new Map([['7', 9]]))
  })
})
