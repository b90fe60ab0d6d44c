// All commands. Each is loaded when it is called: a call of one must not wait for the others.
import type { Command } from './command.js'

export interface Listed {
  readonly summary: string
  load (): Promise<{ readonly command: Command }>
}

export const commands: Readonly<Record<string, Listed>> = {
  diff: { summary: 'what sync would do, and how models and database differ', load: () => import('./diff.js') },
  sync: { summary: 'creates and adds what the models have and the database lacks', load: () => import('./sync.js') },
  ddl: { summary: 'the CQL script of all models, without a server', load: () => import('./ddl.js') },
  pull: { summary: 'models of what a keyspace has, as files', load: () => import('./pull.js') },
  shell: { summary: 'a prompt with db and its models by name', load: () => import('./shell.js') },
  doctor: { summary: 'why an app does not get through to its cluster', load: () => import('./doctor.js') },
  export: { summary: 'all rows of a table to stdout, as JSON lines or CSV', load: () => import('./export.js') },
  import: { summary: 'rows of a file from stdin into a table', load: () => import('./import.js') },
  cassandra: {
    summary: 'a local Cassandra for development: up, status, query, down', load: () => import('./cassandra.js')
  }
}

export const overview = `Usage: fastify-cqlalchemy <command> [options]

${Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(11)}${summary}`).join('\n')}

fastify-cqlalchemy <command> --help tells the options of each.
Exit code: 0 done, or nothing to do; 1 failed; 2 differences were found;
130 interrupted by Ctrl-C.`
