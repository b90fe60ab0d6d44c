import ts from 'typescript'
import { join } from 'node:path'
import { root } from './root.js'

export interface Editor {
  /** What an editor shows at the first place of `before` that is followed by `after`. */
  hover (before: string, after: string): string
  /** What an editor offers right behind `before`. */
  completions (before: string): string[]
  errors (): string[]
}

/** The language service of editors, over one program of a user's. */
export function openInEditor (program: string): Editor {
  // There is no such file; the place is inside the package, so that it is found by its own name.
  const file = join(root, 'test/types/in-an-editor.ts')
  const options: ts.CompilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, lib: ['lib.es2022.d.ts', 'lib.esnext.disposable.d.ts'], types: ['node'], strict: true, skipLibCheck: true }
  const service = ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => [file],
    getScriptVersion: () => '1',
    getScriptSnapshot: (name) => {
      const text = name === file ? program : ts.sys.readFile(name)
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text)
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (name) => name === file || ts.sys.fileExists(name),
    readFile: (name) => name === file ? program : ts.sys.readFile(name),
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
    ...ts.sys.realpath && { realpath: ts.sys.realpath }
  })

  function place (before: string, after: string): number {
    const at = program.indexOf(before + after)
    if (at === -1) throw new Error(`the program has no ${before}${after}`)
    return at + before.length
  }

  return {
    hover (before, after) {
      return ts.displayPartsToString(service.getQuickInfoAtPosition(file, place(before, after))?.displayParts)
    },
    completions (before) {
      return service.getCompletionsAtPosition(file, place(before, ''), undefined)?.entries.map(({ name }) => name) ?? []
    },
    errors () {
      return service.getSemanticDiagnostics(file).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
    }
  }
}
