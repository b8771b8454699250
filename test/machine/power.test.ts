import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { readPower } from '../../src/machine/power.ts'

type Supplies = Readonly<Record<string, Readonly<Record<string, string>>>>

async function machine(supplies: Supplies): Promise<string> {
  const filesystem = await mkdtemp(join(tmpdir(), 'bench-memo-power-'))
  onTestFinished(() => rm(filesystem, { recursive: true }))
  for (const [name, fields] of Object.entries({ '': {}, ...supplies })) {
    const folder = join(filesystem, 'sys/class/power_supply', name)
    await mkdir(folder, { recursive: true })
    for (const [field, text] of Object.entries(fields)) await writeFile(join(folder, field), `${text}\n`)
  }
  return filesystem
}

it.for<[string, Supplies, object | undefined]>([
  ['no supplies are no battery', {}, { power: 'no-battery' }],
  [
    'a plug that is in is mains',
    { AC: { type: 'Mains', online: '1' }, BAT0: { type: 'Battery', status: 'Charging', capacity: '55' } },
    { power: 'mains', battery_percent: 55 },
  ],
  [
    'a battery that empties is battery',
    { AC: { type: 'Mains', online: '0' }, BAT0: { type: 'Battery', status: 'Discharging', capacity: '31' } },
    { power: 'battery', battery_percent: 31 },
  ],
  [
    'the battery of a mouse is none',
    { hid: { type: 'Battery', scope: 'Device', capacity: '80' } },
    { power: 'no-battery' },
  ],
  ['a battery of unknown state tells nothing', { BAT0: { type: 'Battery', status: 'Unknown' } }, undefined],
])('%s', async ([, supplies, power]) => {
  expect(readPower({ filesystem: await machine(supplies) })).toEqual(power)
})

it('is unknown on a system without such a folder', () => {
  expect(readPower({ filesystem: '/nowhere' })).toBeUndefined()
})
