/** Why a unit's journal was not read; undefined where it was. */
export type JournalProblem = string | undefined

/**
 * Streams a unit of systemd's journal, each line with its time in ISO form before it. Says in words where there is no
 * journal, no such unit or no permission.
 */
export async function readJournal(
  unit: string,
  since: number | undefined,
  onPiece: (piece: Uint8Array) => void,
): Promise<JournalProblem> {
  const words = ['--unit', unit, '--output', 'short-iso-precise', '--no-pager', '--quiet', '--utc']
  if (since !== undefined) words.push('--since', `@${Math.floor(since / 1000)}`)
  // Here, since every start would pay for loading it.
  const { execa } = await import('execa')
  const child = execa('journalctl', words, { buffer: false, stdin: 'ignore', reject: false, encoding: 'buffer' })
  let complaint = ''
  child.stderr.on('data', (piece: Buffer) => {
    if (complaint.length < 500) complaint += piece.toString('utf8')
  })
  let bytes = 0
  try {
    for await (const piece of child.stdout as AsyncIterable<Buffer>) {
      bytes += piece.length
      onPiece(piece)
    }
  } catch (error) {
    if (bytes > 0) return `the journal was read to ${bytes} bytes only: ${(error as Error).message}`
  }
  const result = await child
  if ((result as { code?: string }).code === 'ENOENT') return 'this machine has no journalctl'
  const said = complaint.trim().split('\n', 1)[0] ?? ''
  if (result.failed) return `journalctl failed${said === '' ? '' : `: ${said}`}`
  if (bytes === 0) return said === '' ? 'the journal has no lines of it' : said
  return undefined
}
