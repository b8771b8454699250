import benchMemo from 'bench-memo/plugin'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [benchMemo()],
  test: { include: [] },
})
