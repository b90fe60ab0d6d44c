import { User } from './models.js'

test('a user is found again', async () => {
  const { uid } = await User.create({ username: 'ada' })
  expect((await User.get({ uid })).username).toBe('ada')
  expect(await User.objects.count()).toBe(1)
})

test('nothing is left of the test before', async () => {
  expect(await User.all()).toEqual([])
})
