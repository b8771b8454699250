import { defineConfig } from 'vitest/config'
import benchMemo from './src/plugin.ts'

// The bench itself: `npm run bench`. The project's own tests have a config of their own, test/vitest.config.ts.
export default defineConfig({
  plugins: [benchMemo({ evals: ['evals/*.eval.ts'] })],
  test: { include: [] },
})
