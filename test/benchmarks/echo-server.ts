/** A process of its own, so that answering doesn't share the asking worker's event loop: tells its endpoint, answers until killed. */
import { startAnsweringServer } from '../support/answering-server.ts'
import { nameColour } from '../support/mini-project.ts'

const { endpoint } = await startAnsweringServer(({ prompt }) => nameColour(prompt))
process.send?.(endpoint)
process.once('disconnect', () => process.exit())
