import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { findServer } from '../../src/lanes/serving-process.ts'
import { localFetch } from '../../src/runtimes/local-fetch.ts'

/** Answers `first` on a port that it prints; told so, it listens no more and still answers on what it had accepted. */
const firstServer = `
const http = require('node:http').createServer((_, response) => response.end('first'))
const listener = require('node:net').createServer((socket) => http.emit('connection', socket))
listener.listen(0, '127.0.0.1', () => console.log(listener.address().port))
process.stdin.once('data', () => { listener.close(); console.log('closed') })
`

test.runIf(process.platform === 'linux')(
  'a server that left its port to another one answers no more on connections that were kept to it',
  async () => {
    const child = spawn(process.execPath, ['-e', firstServer], { stdio: ['pipe', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const port = Number((await lines.next()).value)
    const endpoint = `http://127.0.0.1:${port}`
    const ask = async () => await (await localFetch(endpoint)).text()
    const find = findServer(endpoint)
    expect((await find())?.pid).toBe(child.pid)
    expect(await ask()).toBe('first')
    child.stdin.write('leave\n')
    expect((await lines.next()).value).toBe('closed')
    const second = createServer((_, response) => response.end('second')).listen(port, '127.0.0.1')
    await once(second, 'listening')
    onTestFinished(() => void second.close(() => undefined).closeAllConnections())
    // Nobody has looked yet: the kept connection still leads to the first one.
    expect(await ask()).toBe('first')
    expect((await find())?.pid).toBe(process.pid)
    expect(await ask()).toBe('second')
  },
)
