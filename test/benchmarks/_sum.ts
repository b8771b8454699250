import { readFileSync } from 'node:fs'
const prof = JSON.parse(readFileSync(process.argv[2]!, 'utf8'))
const dt: number[] = prof.timeDeltas, samples: number[] = prof.samples
const nodes = new Map<number, any>(prof.nodes.map((n: any) => [n.id, n]))
const parent = new Map<number, number>()
for (const n of prof.nodes) for (const c of n.children ?? []) parent.set(c, n.id)
const self = new Map<string, number>(), incl = new Map<string, number>()
const short = (u: string) => u.replace(/.*\/node_modules\//, 'nm/').replace(/.*\/work\/main\//, '').replace(/\?.*/,'')
const key = (n: any) => `${n.callFrame.functionName || '(anon)'} ${short(n.callFrame.url)}:${n.callFrame.lineNumber + 1}`
let total = 0
samples.forEach((s, i) => {
  const d = dt[i]! / 1000; total += d
  let n = nodes.get(s); self.set(key(n), (self.get(key(n)) ?? 0) + d)
  const seen = new Set<string>()
  for (let id: number | undefined = s; id !== undefined; id = parent.get(id)) { const k = key(nodes.get(id)); if (!seen.has(k)) { seen.add(k); incl.set(k, (incl.get(k) ?? 0) + d) } }
})
const show = (m: Map<string, number>, n: number) => [...m].sort((a, b) => b[1] - a[1]).slice(0, n).map(([k, v]) => `${v.toFixed(0).padStart(7)} ${k}`).join('\n')
console.log('total', total.toFixed(0)); console.log('SELF\n' + show(self, 45)); console.log('INCL\n' + show(incl, 90))
