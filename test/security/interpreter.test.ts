import { interpreters } from './interpreter.ts'

interpreters('root')
