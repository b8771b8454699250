import { describe, expect, it } from 'vitest'
import { parseLaunchdJob, parseUnits } from '../../src/machine/service-units.ts'

describe('what service managers say of model servers', () => {
  it('is read from systemctl show, without units that it does not know', () => {
    const text = `Id=ollama.service
LoadState=loaded
ActiveState=active
UnitFileState=enabled

Id=vllm.service
LoadState=not-found
ActiveState=inactive
UnitFileState=

Id=llama-server.service
LoadState=loaded
ActiveState=failed
UnitFileState=
`
    expect(parseUnits(text, 'system')).toEqual([
      { name: 'ollama.service', manager: 'system', active: 'active', enabled: 'enabled' },
      { name: 'llama-server.service', manager: 'system', active: 'failed' },
    ])
    expect(parseUnits('System has not been booted with systemd as init system (PID 1).', 'system')).toEqual([])
  })

  // As in ollama/ollama's issue 3581, of Homebrew's service on macOS.
  const job = `{
	"StandardOutPath" = "/opt/homebrew/var/log/ollama.log";
	"LimitLoadToSessionType" = "Aqua";
	"Label" = "homebrew.mxcl.ollama";
	"OnDemand" = false;
	"LastExitStatus" = 0;
	"PID" = 24901;
	"Program" = "/opt/homebrew/opt/ollama/bin/ollama";
};
`
  it('is read from launchctl list on macOS', () => {
    expect(parseLaunchdJob(job)).toEqual([{ name: 'homebrew.mxcl.ollama', manager: 'launchd', active: 'active' }])
    expect(parseLaunchdJob(job.replace(/\t"PID".*\n/, ''))).toMatchObject([{ active: 'inactive' }])
    expect(parseLaunchdJob(job.replace(/\t"PID".*\n/, '').replace('Status" = 0', 'Status" = 256'))).toMatchObject([
      { active: 'failed (256)' },
    ])
    expect(parseLaunchdJob('Could not find service "homebrew.mxcl.ollama" in domain for port\n')).toEqual([])
  })
})
