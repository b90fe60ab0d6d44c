export * from './core.js'
export { expressErrors } from './express/errors.js'
export { expressScope } from './express/scope.js'
export { expressShutdown } from './express/shutdown.js'
