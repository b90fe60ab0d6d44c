export default { transform: {}, globalSetup: './cassandra.js', setupFilesAfterEnv: ['./database.js'], testTimeout: 60_000 }
