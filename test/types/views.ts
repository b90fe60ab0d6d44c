// What the compiler knows of a materialized view. Nothing here runs.
import { CQLAlchemy, types } from 'fastify-cqlalchemy'
import type { AnyView, Filter, Json, Key, QuerySet, Row, ViewQuery } from 'fastify-cqlalchemy'
import type { Equal, Expect } from './expect.js'

const db = new CQLAlchemy()
const c = db.columns

class User extends db.Model.define('user', {
  uid: c.UUID({ primaryKey: true }),
  email: c.Text(),
  name: c.Text({ required: true, default: 'x' }),
  secret: c.Text({ hidden: true }),
  tags: c.Set(c.Text)
}).as<User>() {
  shout () { return this.name.toUpperCase() }
}

class UserByEmail extends db.Model.view('user_by_email', User, { partitionKey: ['email'], clusteringKey: ['uid'], only: ['name', 'secret'], clusteringOrder: { uid: 'desc' } }).as<UserByEmail>() {
  greet () { return `hello ${this.name}` }
}
class Whole extends db.Model.view('whole', User, { partitionKey: ['name'], clusteringKey: ['uid'], managed: false, options: { comment: 'all' } }).as<Whole>() {}

export type Values = [
  // What is in the key is there.
  Expect<Equal<Row<UserByEmail>, { uid: types.Uuid, email: string, name: string, secret: string | null }>>,
  Expect<Equal<UserByEmail['email'], string>>,
  Expect<Equal<keyof Key<UserByEmail>, 'uid' | 'email'>>,
  Expect<Equal<keyof Json<UserByEmail>, 'uid' | 'email' | 'name'>>,
  Expect<Equal<keyof Row<Whole>, 'uid' | 'email' | 'name' | 'secret' | 'tags'>>,
  Expect<Equal<Whole['tags'], Set<string>>>
]

export const filter = { email: 'a', uid__gt: 'b', name: 'c' } satisfies Filter<UserByEmail>
// @ts-expect-error no column of the view
export const wrongFilter: Filter<UserByEmail> = { tags__contains: 'a' }

export async function reads (): Promise<void> {
  const all = await UserByEmail.filter({ email: 'a' }).limit(3).all()
  const one = await UserByEmail.get({ email: 'a' })
  const part = await UserByEmail.objects.only('name').get()
  const schema = UserByEmail.toJSONSchema({ for: 'key' })
  type Results = [Expect<Equal<typeof all, UserByEmail[]>>, Expect<Equal<typeof one, UserByEmail>>, Expect<Equal<typeof schema['~type'], Key<UserByEmail>>>]
  void ([] as unknown as Results)
  one.greet()
  part.name.trim()
  await db.contextQuery(UserByEmail, { keyspace: 'other' }, async (V) => (await V.all()).map((user) => user.greet()))
  await db.syncTable(UserByEmail)
  await db.syncDb({ models: [User, UserByEmail] })
  const views: AnyView[] = [UserByEmail, Whole]
  void views
  void UserByEmail.columns.email.eq('a')
}

export async function writes (user: UserByEmail, query: ViewQuery<UserByEmail>): Promise<void> {
  // @ts-expect-error a view has no writes
  await UserByEmail.create({ email: 'a' })
  // @ts-expect-error a view has no writes
  await UserByEmail.createMany([])
  // @ts-expect-error a view has no writes
  await user.save()
  // @ts-expect-error a view has no writes
  await user.update({ name: 'b' })
  // @ts-expect-error a view has no writes
  await user.delete()
  // @ts-expect-error a view has no writes
  await query.create({ email: 'a' })
  // @ts-expect-error a view has no writes
  await UserByEmail.filter({ email: 'a' }).limit(1).update({ name: 'b' })
  // @ts-expect-error a view has no writes
  await UserByEmail.objects.delete()
  // @ts-expect-error a view has no writes
  UserByEmail.toJSONSchema({ for: 'create' })
  // @ts-expect-error the methods of its base are not its own
  user.shout()
}

export function definitions (): void {
  // @ts-expect-error a key column of the base is missing
  db.Model.view('a', User, { partitionKey: ['email'] })
  // @ts-expect-error no column of the base
  db.Model.view('b', User, { partitionKey: ['mail'], clusteringKey: ['uid'] })
  // @ts-expect-error no column of the base
  db.Model.view('c', User, { partitionKey: ['uid'], only: ['nmae'] })
  // @ts-expect-error no view of a view
  db.Model.view('d', UserByEmail, { partitionKey: ['uid'], clusteringKey: ['email'] })
  db.Model.define('legacy', { id: c.Integer({ primaryKey: true }) }, { managed: false, ignoreColumns: ['old'] })
}

/** A write of any other model is no matter of views. */
export async function generic<M extends typeof User> (model: M, rows: QuerySet<User>): Promise<void> {
  await model.filter({ name: 'a' }).update({ name: 'b' })
  await rows.delete()
  await rows.limit(2).create({ uid: 'a' })
}
