// Comments, titles and messages that a reader of this repository alone can understand.

const outside = [
  [/\b(?:API|ARCHITECTURE|cqlengine|driver-faults|user-reports|house|node-odms|peers-measured)\.md\b/, 'a page'],
  [/\b[Ss]ections? \d/, 'a section of a page'],
  [/\breference(?: page)?,? (?:section|driver|fastify|node-odms|\d)/, 'a reference'],
  [/\b[Tt]raps? \d/, 'a numbered trap'],
  [/\b(?:issue|seed) (?:0\d\d|\d+(?:\.\d+)?)\b/, 'an issue'],
  [/['"`](?:TYP-\d\d )?[ACDF]\d{1,2}:? |['"`](?:TYP-\d\d )?B\d /, 'a report']
]

/** Refuses what cites a page, a report or an issue that the repository lacks, wherever it stands in a file. */
export function noOutsidePage (context) {
  return {
    Program: (node) => {
      for (const [index, text] of context.sourceCode.lines.entries()) {
        const [pattern, kind] = outside.find(([pattern]) => pattern.test(text)) ?? []
        if (!pattern) continue
        const column = text.search(pattern)
        context.report({
          node,
          loc: { line: index + 1, column },
          message: `"${text.match(pattern)[0].trim()}" cites ${kind} outside the repository: name the fact, or a row of docs/contract.md.`
        })
      }
    }
  }
}

/** Refuses a cast that the compiler cannot follow where no comment says why it is right. */
export function explainedCasts (context) {
  const { sourceCode } = context
  const isBlind = ({ expression, typeAnnotation: { type } }) => ['TSAnyKeyword', 'TSNeverKeyword'].includes(type) ||
    (expression.type === 'TSAsExpression' && ['TSAnyKeyword', 'TSUnknownKeyword'].includes(expression.typeAnnotation.type))
  return {
    TSAsExpression: (node) => {
      if (!isBlind(node)) return
      const { start: { line: first }, end: { line: last } } = node.loc
      // Above it, in it or behind it; or before the statement and the member that it is in.
      if (sourceCode.getAllComments().some(({ loc }) => loc.end.line >= first - 1 && loc.start.line <= last)) return
      for (let at = node; at && at.type !== 'Program'; at = at.parent) {
        if (!/Statement$|Declaration$|Definition$/.test(at.type) || at.type === 'BlockStatement') continue
        const outer = at.parent?.type.startsWith('Export') ? at.parent : at
        if (sourceCode.getCommentsBefore(outer).length > 0) return
        // The comment of a function speaks for its only statement, and for its first one.
        if (at.parent.type === 'BlockStatement' && at.parent.body[0] !== at) break
      }
      context.report({ node, message: 'Why is this cast right? The compiler cannot tell: say it in a comment.' })
    }
  }
}

const pointsAway = /(?:^|[.:;!?]\s+)(The same|Likewise|Ditto|As above)\b/

/** Refuses sentences of comments that lean on what stands above them, which moves away. */
export function plainComments (context) {
  return {
    Program: () => {
      for (const comment of context.sourceCode.getAllComments()) {
        const text = comment.value.replace(/^\s*\*+ ?/gm, '').trim()
        const words = pointsAway.exec(text)?.[1]
        if (words) context.report({ loc: comment.loc, message: `"${words} …" leans on another comment: name the subject.` })
      }
    }
  }
}
