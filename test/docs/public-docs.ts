// What editors show of all that users can name or call: read from the declarations that the package ships.
import { readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import ts from 'typescript'
import { root } from '../support/root.js'

export interface Documented {
  readonly place: string
  readonly text: string
  readonly examples: readonly string[]
  /** Something that is called, made with `new`, caught, or has what is called: it needs an example. */
  readonly isUsed: boolean
}

/** Signatures name these, and what they name is told with them; type aliases are what they amount to. */
type Shape = ts.InterfaceDeclaration | ts.ClassDeclaration
const isShape = (node: ts.Node): node is Shape => ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node)

const dist = join(root, 'dist')
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { exports: Record<string, string | { types: string }> }
const entries = Object.values(exports).flatMap((entry) => typeof entry === 'string' ? [] : [join(root, entry.types)])

const program = ts.createProgram(entries, { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, lib: ['lib.es2022.d.ts', 'lib.esnext.disposable.d.ts'], types: ['node'], strict: true, skipLibCheck: true })
const checker = program.getTypeChecker()

const resolved = (symbol: ts.Symbol): ts.Symbol => symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
const exportedNames = new Set(entries.flatMap((entry) => checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(entry)!)!).map(resolved)))
const seen = new Set<ts.Symbol>()
const documented: Documented[] = []

/** Every exported name, every member of the interfaces and classes among them and of those that their signatures name; each overload by itself. */
export function publicDocs (): readonly Documented[] {
  for (const entry of entries) {
    const module = checker.getSymbolAtLocation(program.getSourceFile(entry)!)
    for (const exported of module === undefined ? [] : checker.getExportsOfModule(module)) {
      const symbol = resolved(exported)
      if (exported.name !== 'default' && !seen.has(symbol)) tell(symbol, exported.name, true)
    }
  }
  return documented
}

function tell (symbol: ts.Symbol, name: string, isExported: boolean): void {
  seen.add(symbol)
  const declarations = oursOf(symbol).filter((declaration) => !isInternal(declaration))
  if (isExported && declarations.length > 0) {
    const isUsed = declarations.some((declaration) => ts.isClassDeclaration(declaration) || ts.isFunctionDeclaration(declaration) ||
      (ts.isVariableDeclaration(declaration) && isCalled(checker.getTypeAtLocation(declaration))))
    documented.push(docsOf(`${where(declarations[0]!)}: ${name}`, declarations, isUsed))
  }
  for (const declaration of declarations) {
    if (!isShape(declaration)) {
      if (!ts.isTypeAliasDeclaration(declaration)) tellNamesIn(declaration)
      continue
    }
    for (const clause of declaration.heritageClauses ?? []) tellNamesIn(clause)
    for (const member of declaration.members) tellMember(name, declaration, member)
  }
}

function tellMember (owner: string, declaration: Shape, member: ts.ClassElement | ts.TypeElement): void {
  // Types only (`'~columns'`), private, made by others than users, or not called by its name.
  if (member.name === undefined || isInternal(member) || !isNamed(member.name)) return
  if (ts.getCombinedModifierFlags(member) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) return
  const symbol = checker.getSymbolAtLocation(member.name)
  const overloads = symbol?.declarations?.length ?? 1
  // Editors show what the base says where a member that overrides it says nothing.
  const inherited = overloads === 1 ? ts.displayPartsToString(symbol?.getDocumentationComment(checker)) : ''
  const type = checker.getTypeAtLocation(member)
  const isUsed = isCalled(type) || (!(symbol!.flags & ts.SymbolFlags.Optional) && hasMethods(type))
  documented.push(docsOf(`${where(declaration)}: ${owner}.${member.name.getText()}`, [member], isUsed, inherited))
  tellNamesIn(member)
}

function tellNamesIn (node: ts.Node): void {
  const name = ts.isTypeReferenceNode(node) ? node.typeName : ts.isExpressionWithTypeArguments(node) ? node.expression : undefined
  const found = name && checker.getSymbolAtLocation(name)
  if (found !== undefined) {
    const symbol = resolved(found)
    if (!seen.has(symbol) && oursOf(symbol).some(isShape)) tell(symbol, symbol.name, exportedNames.has(symbol))
  }
  ts.forEachChild(node, tellNamesIn)
}

/** A function or a class. */
function isCalled (type: ts.Type): boolean {
  const given = checker.getNonNullableType(type)
  return given.getCallSignatures().length > 0 || given.getConstructSignatures().length > 0
}

/** An object of ours that is called on, such as `objects`. */
function hasMethods (type: ts.Type): boolean {
  return oursOf(type.symbol as ts.Symbol | undefined).some((declaration) => isShape(declaration) && !isInternal(declaration) &&
    declaration.members.some((member) => ts.isMethodSignature(member) || ts.isMethodDeclaration(member)))
}

const isNamed = (name: ts.PropertyName): boolean => ts.isIdentifier(name) || name.getText().startsWith('[Symbol.')
const oursOf = (symbol: ts.Symbol | undefined): readonly ts.Declaration[] => (symbol?.declarations ?? []).filter((declaration) => !relative(dist, declaration.getSourceFile().fileName).startsWith('..'))
const where = (declaration: ts.Declaration): string => relative(dist, declaration.getSourceFile().fileName).split(sep).join('/').replace(/\.d\.ts$/, '.ts')
/** For the library's own layers: neither editors' lists nor the API reference need to explain it to users. */
const isInternal = (node: ts.Node): boolean => ts.getJSDocTags(node).some((tag) => tag.tagName.text === 'internal')

function docsOf (place: string, declarations: readonly ts.Node[], isUsed: boolean, inherited = ''): Documented {
  const comments = declarations.flatMap((declaration) => ts.getJSDocCommentsAndTags(declaration)).filter(ts.isJSDoc)
  const tags = comments.flatMap((comment) => comment.tags ?? [])
  const text = (comment: ts.JSDoc | ts.JSDocTag): string => ts.getTextOfJSDocComment(comment.comment) ?? ''
  const own = [...comments.map(text), ...tags.map((tag) => `@${tag.tagName.text} ${text(tag)}`)].join(' ').trim()
  return { place, text: own || inherited, examples: tags.filter((tag) => tag.tagName.text === 'example').map(text), isUsed }
}
