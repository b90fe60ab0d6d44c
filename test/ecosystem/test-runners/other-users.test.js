import { User } from './models.js'

test('in another file at the same time', async () => {
  const { uid } = await User.create({ username: 'grace' })
  expect((await User.get({ uid })).username).toBe('grace')
  expect(await User.objects.count()).toBe(1)
})

test('nothing is left of the test before', async () => {
  expect(await User.all()).toEqual([])
})
