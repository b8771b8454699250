import { readFile } from 'node:fs/promises'
import type { LlamaEnvironment } from './models.ts'

/** The version of the optional peer that this package was tested with. */
export const testedVersion = '3.21.1'

/** How to get the optional peer. */
export const installCommand = `npm install --save-dev node-llama-cpp@${testedVersion}`

/** node-llama-cpp is not installed; the message says how to get it. */
export class LibraryMissing extends Error {
  constructor(options?: ErrorOptions) {
    super(`the embedded engine needs the optional package node-llama-cpp. Install it: ${installCommand}`, options)
    this.name = 'LibraryMissing'
  }
}

/** Loads node-llama-cpp and its prebuilt llama.cpp for the CPU; never builds or downloads. */
export async function loadLibrary(threads: number): Promise<LlamaEnvironment> {
  const library = await import('node-llama-cpp').catch((cause: unknown) => {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND'
    throw missing ? new LibraryMissing({ cause }) : cause
  })
  const llama = await library.getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    maxThreads: threads,
    progressLogs: false,
    logLevel: library.LlamaLogLevel.error,
  })
  const version = await libraryVersion()
  return { library, llama, server_build: `node-llama-cpp ${version} (llama.cpp ${llama.llamaCppRelease.release})` }
}

async function libraryVersion(): Promise<string> {
  const manifest = new URL('../package.json', import.meta.resolve('node-llama-cpp'))
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string }
  return version
}
