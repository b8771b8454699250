import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createMiniProject } from '../support/mini-project.ts'
import * as p from './projects.ts'
const [way='lane', n='2000', keep] = process.argv.slice(2)
const server = fork(new URL('echo-server.ts', import.meta.url).pathname)
const [endpoint] = (await once(server, 'message')) as [string]
const files = way==='plain'?p.plainProject(endpoint,+n):way==='gate'?p.gateProject(endpoint,+n):way==='empty'?p.emptyLaneProject(endpoint):way==='emptyplain'?p.emptyPlainProject():p.laneProject(endpoint,+n)
if (keep) for (const k of Object.keys(files)) if (/\.(eval|test)\.ts$/.test(k)) files[k] = `
import { Session } from 'node:inspector'
import { writeFileSync as w } from 'node:fs'
import { afterAll as aa } from 'vitest'
const s = new Session(); s.connect(); s.post('Profiler.enable'); s.post('Profiler.setSamplingInterval', {interval: 300}); s.post('Profiler.start')
aa(() => new Promise(r => s.post('Profiler.stop', (e, {profile}) => { w('${keep}/worker-${way}.cpuprofile', JSON.stringify(profile)); r() })))
` + files[k]
const project = await createMiniProject(files)
const t=performance.now()
const { output, exitCode } = await project.run([...p.commonArguments, ...('bench.config.yaml' in files?['--reporter=bench-memo']:[])], {env: keep ? {}:{}})
console.log(exitCode, performance.now()-t, output.slice(-600), await project.read('times.json').catch(()=>''))
await project.remove()
server.disconnect()
