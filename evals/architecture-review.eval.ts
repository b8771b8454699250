import { describe } from 'bench-memo'

// The standard probes and gates. What decides here is quality: any model can be made to write valid JSON.
describe.lane('architecture-review')
