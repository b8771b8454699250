import { describe } from 'bench-memo'

// The standard probes and gates: among them 25 valid records in a row, without an invented category or URL.
describe.lane('prospect-research')
