import { testCompiler } from './compiling.js'

testCompiler('typescript-7')
