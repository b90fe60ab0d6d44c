// Node loads the package and the driver itself: they are not bundled, and there is one of each.
export default { serverExternalPackages: ['fastify-cqlalchemy', 'cassandra-driver'] }
