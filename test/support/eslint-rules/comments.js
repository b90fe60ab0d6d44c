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
