import { interpreters } from '../security/interpreter.ts'

interpreters('anna')
