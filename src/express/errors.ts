// Error middleware: this library's errors and the driver's become an HTTP answer without host addresses, CQL or stack.
import { knownHttpError } from '../http-error.js'

/** What Express's response and Node's own have in common. @internal */
interface Response {
  statusCode: number
  readonly headersSent: boolean
  setHeader (name: string, value: string): unknown
  removeHeader (name: string): unknown
  end (body: string): unknown
}

/**
 * Answers with the JSON body of `toHttpError`: `{ statusCode, code, message }`. Passes on what is neither ours nor the
 * driver's, and what comes too late for an answer. Goes after the routes.
 * @param options `log` is told of each error that is answered here, before the answer
 * @example
 * const web = express()
 * web.get('/posts', async (request, response) => { response.json(await Post.filter({ blog: 'cats' }).all()) })
 * web.use(expressErrors({ log: console.error })) // after the routes
 */
export function expressErrors (
  { log }: { log?: ((error: unknown) => void) | undefined } = {}
): (error: unknown, req: unknown, res: Response, next: (error?: unknown) => void) => void {
  // Express knows error middleware by its four parameters.
  return (error, _req, res, next) => {
    const answer = knownHttpError(error)
    if (answer === undefined || res.headersSent) return next(error)
    log?.(error)
    const { headers, ...body } = answer
    res.statusCode = answer.statusCode
    res.removeHeader('content-encoding')
    const text = JSON.stringify(body)
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
    res.setHeader('content-type', 'application/json; charset=utf-8')
    res.setHeader('content-length', String(Buffer.byteLength(text)))
    res.end(text)
  }
}
