import { User } from '../../models.js'

export default async function users (app) {
  app.post('/', async (request, reply) => await reply.code(201).send(await User.create(request.body)))
  app.get('/:uid', async (request) => await User.get(request.params))
}
