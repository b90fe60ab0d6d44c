import { testCompiler } from './compiling.js'

testCompiler('typescript-5.9')
