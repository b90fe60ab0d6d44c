import { type Create, toHttpError } from 'fastify-cqlalchemy/core'
import { connected, db } from '../../../lib/db'
import { User } from '../../../lib/user'

export const dynamic = 'force-dynamic'

function answer (error: unknown) {
  const { statusCode, code, message } = toHttpError(error)
  return Response.json({ statusCode, code, message }, { status: statusCode })
}

export async function GET (request: Request) {
  await connected()
  await db.syncDb({ models: [User] })
  const uid = new URL(request.url).searchParams.get('uid')
  try {
    if (uid !== null) return Response.json(await User.get({ uid }))
    const users = await User.all()
    return Response.json({ greetings: users.map((user) => user.greet()), columns: Object.keys(User.columns), models: db.models.length })
  } catch (error) {
    return answer(error)
  }
}

export async function POST (request: Request) {
  await connected()
  await db.syncDb({ models: [User] })
  try {
    return Response.json(await User.create(await request.json() as Create<User>), { status: 201 })
  } catch (error) {
    return answer(error)
  }
}
