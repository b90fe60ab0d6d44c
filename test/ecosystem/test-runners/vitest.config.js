export default { test: { globals: true, globalSetup: './cassandra.js', setupFiles: './database.js', hookTimeout: 60_000 } }
