import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where runtimes write their logs by themselves; llama-server writes where the user points it. */
export interface UsualPlaces {
  readonly paths: readonly string[]
  /** Units of systemd's journal. */
  readonly units: readonly string[]
}

export function usualPlaces(platform: NodeJS.Platform = process.platform, home = homedir()): UsualPlaces {
  // LM Studio: server-logs/2026-11/2026-11-25.1.log
  const lmStudio = join(home, '.lmstudio', 'server-logs', '*', '*.log')
  if (platform === 'win32') {
    const folder = join(process.env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'Ollama')
    return { paths: [join(folder, 'server*.log'), lmStudio], units: [] }
  }
  // On Linux `ollama serve` of a terminal has no file; the application of macOS has one.
  const ollama = join(home, '.ollama', 'logs', 'server*.log')
  return { paths: [ollama, lmStudio], units: platform === 'linux' ? ['ollama'] : [] }
}
