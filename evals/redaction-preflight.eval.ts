import { describe } from 'bench-memo'

// The standard probes and gates of the workload, once for every candidate lane.
describe.lane('redaction-preflight')
