import { defineConfig } from 'vitest/config'

// The project's own tests: `npm test`. Evals run under vitest.config.ts.
export default defineConfig({
  resolve: { conditions: ['bench-memo-source'] },
  ssr: { resolve: { conditions: ['bench-memo-source'] } },
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/**/fixtures/**', 'test/consumer/project/**'],
    testTimeout: 30_000,
  },
})
