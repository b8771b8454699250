import { afterAll, afterEach, beforeAll } from 'vitest'
import { type AnsweringServer, startAnsweringServer } from './answering-server.ts'

/** A server for all tests of a file, started before the first and closed after the last; each test finds nothing asked. */
export function useAnsweringServer(answer: Parameters<typeof startAnsweringServer>[0]): Omit<AnsweringServer, 'close'> {
  let server: AnsweringServer
  beforeAll(async () => {
    server = await startAnsweringServer(answer)
  })
  afterEach(() => {
    server.asked.length = 0
  })
  afterAll(() => server.close())
  return {
    get endpoint() {
      return server.endpoint
    },
    get asked() {
      return server.asked
    },
  }
}
