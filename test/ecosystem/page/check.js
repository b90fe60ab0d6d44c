// `npm start`, and its page in a real browser: what a newcomer sees, creates and reads there. With UPDATE_PICTURE=1 the picture of README is taken anew.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import puppeteer from 'puppeteer-core'

const { REPOSITORY, UPDATE_PICTURE, CHROME_PATH, PATH = '' } = process.env
const tell = (ok, fact) => { console.log(`${ok ? 'ok' : 'not ok'} ${fact}`) }

/** CHROME_PATH, else a Chromium of this machine, else the one that npm has for Linux on x64. */
async function browser () {
  const names = ['chromium', 'chromium-browser', 'chromium-headless-shell', 'google-chrome', 'google-chrome-stable']
  const installed = [CHROME_PATH, ...PATH.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name))),
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'].find((path) => path !== undefined && existsSync(path))
  if (installed !== undefined) return { executablePath: installed, args: ['--no-sandbox'] }
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined
  process.env.AWS_EXECUTION_ENV ??= 'AWS_Lambda_nodejs24.x' // then it brings the libraries that a bare machine lacks
  const { default: chromium } = await import('@sparticuz/chromium')
  return { executablePath: await chromium.executablePath(), args: chromium.args }
}

async function start (folder) {
  const child = spawn(process.execPath, [join(REPOSITORY, 'build/examples/start.js')], { cwd: folder, env: { ...process.env, PORT: UPDATE_PICTURE ? '3000' : '0' }, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  const url = await new Promise((resolve, reject) => {
    const read = (chunk) => {
      text += chunk
      const [, found] = /^Open (http:\/\/localhost:\d+\/) in a browser/m.exec(text) ?? []
      if (found !== undefined) resolve(found)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.on('close', (code) => { reject(new Error(`npm start ended with ${code}:\n${text}`)) })
  })
  return { url, end: async () => { const ended = once(child, 'close'); child.kill('SIGINT'); await ended } }
}

/** Opens a route of the page and tries it. */
async function tryRoute (page, route, fill) {
  const block = `.opblock[id$="${route}"]`
  await page.waitForSelector(block)
  if (await page.$(`${block} .try-out__btn`) === null) await page.click(`${block} .opblock-summary-control`)
  await page.waitForSelector(`${block} .try-out__btn`)
  if (await page.$(`${block} .execute`) === null) await page.click(`${block} .try-out__btn`)
  await page.waitForSelector(`${block} .execute`)
  await fill(block)
  const answered = page.waitForResponse((response) => /\/users/.test(response.url()))
  await page.click(`${block} .execute`)
  await answered
  const shown = `${block} .live-responses-table .response`
  await page.waitForSelector(shown)
  return await page.$eval(shown, (row) => ({ status: row.querySelector('.response-col_status').textContent.trim(), body: row.querySelector('.highlight-code').textContent }))
}

async function type (page, selector, text) {
  await page.waitForSelector(selector)
  await page.click(selector, { count: 3 })
  await page.keyboard.down('Control')
  await page.keyboard.press('a')
  await page.keyboard.up('Control')
  await page.keyboard.type(text)
}

async function look (options) {
  const folder = mkdtempSync(join(tmpdir(), 'page-'))
  const app = await start(folder)
  const chromium = await puppeteer.launch({ ...options, headless: true })
  try {
    const page = await chromium.newPage()
    await page.setViewport({ width: 1000, height: 1000 })
    const mistakes = []
    page.on('pageerror', (error) => { mistakes.push(error.message) })
    page.on('requestfailed', (request) => { mistakes.push(`${request.url()} failed`) })
    page.on('request', (request) => { if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(app.url)) mistakes.push(`${request.url()} is elsewhere`) })

    const [answer] = await Promise.all([page.waitForResponse((response) => response.ok() && response.headers()['content-type']?.startsWith('text/html')), page.goto(app.url)])
    tell(answer.ok(), 'the address that npm start prints is a page')
    await page.waitForSelector('.opblock')
    tell(await page.$$eval('.opblock', (blocks) => blocks.length) === 3, 'it shows the three routes')
    const models = await page.$$eval('.models .model-container', (all) => all.map((one) => one.id))
    for (const name of ['user', 'user.create']) tell(models.includes(`model-${name}`), `it shows the schema ${name} of the model: ${models.join(' ')}`)

    const created = await tryRoute(page, '-post_users', async (block) => { await type(page, `${block} textarea`, '{ "username": "Ada Lovelace" }') })
    tell(created.status === '200' && /"username": "Ada Lovelace"/.test(created.body), `a user can be created: ${created.status} ${created.body}`)
    const [uid = ''] = /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(created.body) ?? []
    const read = (id) => tryRoute(page, '-get_users__uid_', async (block) => { await type(page, `${block} input`, id) })
    const found = await read(uid)
    tell(found.status === '200' && found.body.includes(uid) && found.body.includes('Ada Lovelace'), `and read: ${found.status} ${found.body}`)
    if (UPDATE_PICTURE) {
      // Low enough that question and answer are in one picture.
      await page.addStyleTag({ content: 'textarea { min-height: 0 !important; height: 44px !important } .curl-command, .request-url { display: none }' })
      await page.$eval('.opblock[id$="-get_users__uid_"] .opblock-summary-control', (summary) => { summary.click() })
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 700))) // it folds slowly
      await page.screenshot({ path: join(REPOSITORY, 'docs/page.png'), clip: { x: 0, y: 60, width: 1000, height: 900 } })
      await page.$eval('.opblock[id$="-get_users__uid_"] .opblock-summary-control', (summary) => { summary.click() })
    }
    const missing = await read('f47ac10b-58cc-4372-a567-0e02b2c3d479')
    tell(missing.status.startsWith('404') && /CQL_DOES_NOT_EXIST/.test(missing.body), `who is not there is told so: ${missing.status} ${missing.body}`)
    tell(mistakes.length === 0, `nothing failed, and nothing came from elsewhere: ${mistakes.join(', ')}`)
  } finally {
    await chromium.close()
    await app.end()
    rmSync(folder, { recursive: true, force: true })
  }
}

const options = await browser().catch((error) => { console.error(error) })
if (options === undefined) console.log('skip no Chromium on this machine, and npm has none for it: set CHROME_PATH')
else await look(options)
