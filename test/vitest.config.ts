import { defineConfig } from 'vitest/config'

const exclude = ['**/node_modules/**', 'test/**/fixtures/**', 'test/consumer/project/**']

// The project's own tests: `npm test`. Evals run under vitest.config.ts.
export default defineConfig({
  resolve: { conditions: ['bench-memo-source'] },
  ssr: { resolve: { conditions: ['bench-memo-source'] } },
  test: {
    root: new URL('..', import.meta.url).pathname,
    testTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'tests',
          include: ['test/**/*.test.ts'],
          exclude: [...exclude, 'test/real/**'],
          // Not 0: where there is one worker only, Vitest runs that group last.
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'real',
          include: ['test/real/**/*.test.ts'],
          exclude,
          globalSetup: 'test/real/runtimes/left-out.ts',
          // After the others and one after another: a model wants the machine for itself.
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
