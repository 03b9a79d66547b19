/** Everything that an upstream can do wrong to a client of responses, over real sockets: what it sees, who answers, what it pays, what is recorded. */
import { faultMatrix } from './faults/matrix.ts'

faultMatrix('responses')
