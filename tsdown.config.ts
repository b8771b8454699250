import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    plugin: 'src/plugin.ts',
    operations: 'src/operations.ts',
    engine: 'src/runtimes/embedded/engine.ts',
    'foreground-task': 'src/probes/foreground-task.ts',
    'cli/bench-memo': 'src/cli/bench-memo.ts',
  },
  format: 'esm',
  platform: 'node',
  target: 'node22',
  dts: true,
  clean: true,
  fixedExtension: false,
  // Read at run time, beside the code.
  copy: ['src/logs/log-rules.yaml'],
})
