// Module hooks that make every function of the mapper tell `globalThis.passed` when it begins and ends, and what it was given: see
// test/query/programs/ways.ts, which registers them.
import type { LoadHook } from 'node:module'
import ts from 'typescript'

const watched = /\/cqlengine\/((?:model|query)\/[\w/-]+|connection\/session)\.js$/

export const load: LoadHook = async (url, context, next) => {
  const loaded = await next(url, context)
  const file = watched.exec(url)?.[1]
  return file === undefined ? loaded : { ...loaded, source: reporting(file, String(loaded.source)) }
}

/** The program with a report around the body of each function. */
function reporting (file: string, text: string): string {
  const insertions: { readonly at: number, readonly text: string }[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) surround(node as ts.FunctionLikeDeclaration)
    ts.forEachChild(node, visit)
  }
  const surround = (node: ts.FunctionLikeDeclaration): void => {
    const body = node.body as ts.ConciseBody
    // An arrow function has neither `arguments` nor a `this` of its own, and a constructor has none before super().
    const given = ts.isArrowFunction(node)
      ? `[${node.parameters.flatMap(({ name }) => namesIn(name)).join(', ')}]`
      : ts.isConstructorDeclaration(node) ? '[...arguments]' : '[this, ...arguments]'
    const begin = `const $end = passed(${JSON.stringify(file)}, ${given}); try {`
    const end = '} finally { $end() }'
    if (ts.isBlock(body)) insertions.push({ at: body.getStart() + 1, text: begin }, { at: body.getEnd() - 1, text: end })
    else insertions.push({ at: body.getStart(), text: `{ ${begin} return (` }, { at: body.getEnd(), text: `) ${end} }` })
  }
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS))
  // From the end, so that places before stay where they are; of those at one place the inner one comes first.
  const ordered = insertions.map((one, i) => ({ ...one, i })).sort((a, b) => b.at - a.at || b.i - a.i)
  return ordered.reduce((result, { at, text: inserted }) => result.slice(0, at) + inserted + result.slice(at), text)
}

function namesIn (name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text]
  return name.elements.flatMap((element) => ts.isOmittedExpression(element) ? [] : namesIn(element.name))
}
