import { hostileUsers } from '../security/users.ts'

hostileUsers('anna')
