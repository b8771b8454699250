import path from 'node:path'
import { execa } from 'execa'
import { fillFolder } from './fill-folder.ts'
import { litellmVersion, type RuntimeFiles } from './runtime-files.ts'

/**
 * Installs LiteLLM, a gateway, into an environment of its own. Its scripts hold the path where it was made, so only its
 * `bin/python` may be run: that finds its packages wherever the folder lies.
 */
export async function installLitellm(files: RuntimeFiles): Promise<void> {
  await fillFolder(path.resolve(files.litellm, '../..'), async ({ result }) => {
    await execa('python3', ['-m', 'venv', result])
    const python = path.join(result, 'bin', 'python')
    const quiet = ['--quiet', '--no-input', '--disable-pip-version-check']
    await execa(python, ['-m', 'pip', 'install', ...quiet, `litellm[proxy]==${litellmVersion}`])
    await execa(python, ['-c', 'import litellm.proxy.proxy_server'])
  })
}
