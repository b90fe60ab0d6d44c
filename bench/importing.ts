// What `import` of /core costs beyond the driver, as published (bundle.config.js) and module by module. `node build/bench/importing.js`
import { execFileSync } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { median } from './measure.js'
import { root } from '../test/support/root.js'

const published = join(root, 'build/published')
rmSync(published, { recursive: true, force: true })
cpSync(join(root, 'dist'), published, { recursive: true })
execFileSync(process.execPath, ['bundle.config.js', published], { cwd: root })

const imported = { 'the driver alone': 'cassandra-driver', 'published /core': join(published, 'core.js'), 'module by module': join(root, 'dist/core.js') }
const times = Object.keys(imported).map(() => [] as number[])
// In turns, each in a process of its own.
for (let pass = 0; pass < 15; pass++) {
  for (const [i, path] of Object.values(imported).entries()) {
    const code = `const start = performance.now(); await import(${JSON.stringify(path)}); console.log(performance.now() - start)`
    times[i]?.push(Number(execFileSync(process.execPath, ['--input-type=module', '--eval', code], { cwd: root })))
  }
}
console.log('\nimport, in a process of its own')
for (const [i, name] of Object.keys(imported).entries()) {
  const ms = median(times[i] ?? [])
  console.log(`  ${name.padEnd(20)} ${ms.toFixed(1).padStart(8)} ms  own ${(ms - median(times[0] ?? [])).toFixed(1).padStart(8)} ms`)
}
