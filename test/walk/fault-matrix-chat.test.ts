/** Everything that an upstream can do wrong to a client of chat, over real sockets: what it sees, who answers, what it pays, what is recorded. */
import { faultMatrix } from './faults/matrix.ts'

faultMatrix('chat')
