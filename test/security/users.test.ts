import { hostileUsers } from './users.ts'

hostileUsers('root')
