import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from './root.js'

const run = promisify(execFile)

/** The package as npm would publish it, and the paths in it: in a copy, for prepack builds anew, under the feet of the other tests. */
export async function packed (destination: string): Promise<{ archive: string, paths: string[] }> {
  const copy = await mkdtemp(join(tmpdir(), 'fastify-cqlalchemy-pack-'))
  try {
    const { files }: { files: string[] } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
    const parts = [...new Set(files.map((pattern) => pattern.split('/')[0] as string)), 'package.json', 'README.md', 'LICENSE']
    for (const part of parts) await cp(join(root, part), join(copy, part), { recursive: true })
    await run(process.execPath, ['bundle.config.js', join(copy, 'dist')], { cwd: root })
    const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', destination], { cwd: copy })
    const [archive]: { filename: string, files: { path: string }[] }[] = JSON.parse(stdout)
    if (archive === undefined) throw new Error('npm pack made nothing')
    return { archive: join(destination, archive.filename), paths: archive.files.map(({ path }) => path) }
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}
