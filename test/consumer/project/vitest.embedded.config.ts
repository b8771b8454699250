import benchMemo from 'bench-memo/plugin'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [benchMemo({ config: 'bench.embedded.yaml', evals: ['evals/**/*.eval.ts'] })],
  test: { include: [] },
})
