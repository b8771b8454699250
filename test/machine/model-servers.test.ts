import { describe, expect, it } from 'vitest'
import { modelServers, unitOf } from '../../src/machine/model-servers.ts'
import { procFolder } from './proc-folder.ts'

const loopback = '0100007F'

describe('processes that serve models', () => {
  it('are told with unit, addresses and harmless variables, never with arguments or other variables', async () => {
    const root = await procFolder(
      [
        {
          pid: 40,
          program: '/usr/local/bin/ollama',
          command: ['/usr/local/bin/ollama', 'serve', '--secret', 's3cret'],
          cgroup: '0::/system.slice/ollama.service\n',
          environment: [
            'OLLAMA_HOST=0.0.0.0:11434',
            'OLLAMA_KEEP_ALIVE=5m',
            'OPENAI_API_KEY=s3cret',
            'OLLAMA_MAX_QUEUE=a b',
          ],
          sockets: [1],
        },
        {
          pid: 41,
          parent: 40,
          program: '/usr/local/lib/ollama/llama-server',
          environment: ['OLLAMA_HOST=0.0.0.0:11434'],
          sockets: [2],
        },
      ],
      [
        { address: '00000000', port: 11_434, inode: 1 },
        { address: loopback, port: 40_000, inode: 2 },
      ],
    )
    const found = modelServers({ root })
    expect(found).toEqual([
      {
        program: 'ollama',
        pid: 40,
        unit: 'ollama.service',
        is_user_unit: false,
        listening: [{ address: '0.0.0.0', port: 11_434 }],
        environment: { OLLAMA_HOST: '0.0.0.0:11434', OLLAMA_KEEP_ALIVE: '5m', OLLAMA_MAX_QUEUE: '(not shown)' },
      },
      { program: 'llama-server', pid: 41, runner_of: 40, listening: [{ address: '127.0.0.1', port: 40_000 }] },
    ])
    expect(JSON.stringify(found)).not.toContain('s3cret')
  })

  it('are also modules that an interpreter runs, and not what only asks a server', async () => {
    const root = await procFolder(
      [
        {
          pid: 5,
          program: '/usr/bin/python3.12',
          command: ['python3', '-m', 'vllm.entrypoints.openai.api_server'],
          sockets: [1],
        },
        { pid: 6, program: '/usr/bin/python3.12', command: ['python3', '-m', 'http.server'], sockets: [2] },
        { pid: 7, program: '/usr/bin/ollama', command: ['ollama', 'run', 'phi4-mini'] },
        { pid: 8, program: '/usr/bin/vim', command: ['vim', 'vllm.py'], sockets: [3] },
      ],
      [1, 2, 3].map((inode) => ({ address: loopback, port: 8000 + inode, inode })),
    )
    expect(modelServers({ root })?.map(({ program, pid }) => [program, pid])).toEqual([['vllm', 5]])
  })

  it('are unknown where the system shows no processes', () => {
    expect(modelServers({ root: '/nowhere' })).toBeUndefined()
  })
})

describe('the unit of a control group', () => {
  it.for([
    ['0::/system.slice/ollama.service\n', { unit: 'ollama.service', is_user_unit: false }],
    [
      '0::/user.slice/user-1000.slice/user@1000.service/app.slice/ollama.service\n',
      { unit: 'ollama.service', is_user_unit: true },
    ],
    ['0::/user.slice/user-1000.slice/user@1000.service/app.slice/terminal.scope\n', {}],
    ['12:memory:/docker/3f\n0::/\n', {}],
    ['', {}],
  ] as const)('%j', ([text, unit]) => {
    expect(unitOf(text)).toEqual(unit)
  })
})
