/** OpenAI's Realtime: a session on a line, in which items are added and answered in turns. */
import { modelFor } from '../models.ts'
import { voiceOf } from '../openai.ts'
import { openaiFlavour } from '../openai-flavours.ts'
import { parseJson } from '../parse-json.ts'
import { idOf } from '../responses/ids.ts'
import { headerOf, isJson, listOf } from '../speech.ts'
import type { Asked, Json, Reply } from '../speech.ts'
import type { WorldModel } from '../models.ts'
import type { Ground } from '../ground.ts'
import type { Line } from './line.ts'
import { askedIn, sessionOf } from './openai-session.ts'
import { turnFrames } from './openai-turn.ts'
import { speakTurn } from './speak-turn.ts'
import type { Listener, Opening, Talk } from './talk.ts'

const voice = voiceOf(openaiFlavour)

class Conversation implements Listener {
  readonly #line: Line
  readonly #ground: Ground
  readonly #model: WorldModel
  readonly #seed: string
  readonly #items: Json[] = []
  #session: Json
  #events = 0
  #turns = 0
  #audioBytes = 0
  #active: { id: string; isStopped: boolean } | undefined

  constructor(line: Line, ground: Ground, model: WorldModel, seed: string) {
    this.#line = line
    this.#ground = ground
    this.#model = model
    this.#seed = seed
    this.#session = sessionOf(model.id, seed)
    this.#tell('session.created', { session: this.#session })
  }

  /** An event with its own id, as it goes out. */
  #written(type: string, members: Json): string {
    this.#events++
    return JSON.stringify({ type, event_id: idOf('event', this.#seed, this.#events).slice(0, 27), ...members })
  }

  #tell(type: string, members: Json): void {
    this.#line.say(this.#written(type, members))
  }

  #complain(message: string, code: string, more: Json = {}): void {
    this.#tell('error', {
      error: { type: 'invalid_request_error', code, message, param: null, event_id: null, ...more },
    })
  }

  hear(data: Buffer): void {
    const event = parseJson(data)
    if (!isJson(event)) return this.#complain('We could not parse the JSON body of your event.', 'invalid_json')
    const type = String(event['type'])
    const act = Object.hasOwn(this.#acts, type) ? this.#acts[type] : undefined
    if (act !== undefined) return act(event)
    const known = Object.keys(this.#acts)
      .map(name => `'${name}'`)
      .join(', ')
    const told = { param: 'type', event_id: event['event_id'] ?? null }
    this.#complain(`Invalid value: '${type}'. Supported values are: ${known}.`, 'invalid_value', told)
  }

  readonly #acts: Readonly<Record<string, (event: Json) => void>> = {
    'session.update': ({ session }) => {
      this.#session = { ...this.#session, ...(isJson(session) && session) }
      this.#tell('session.updated', { session: this.#session })
    },
    'conversation.item.create': ({ item }) => {
      if (!isJson(item))
        return this.#complain("Missing required parameter: 'item'.", 'missing_required_parameter', { param: 'item' })
      this.#add({ id: idOf('item', this.#seed, this.#items.length).slice(0, 26), ...item, status: 'completed' })
    },
    'conversation.item.delete': ({ item_id: id }) => {
      const place = this.#items.findIndex(item => item['id'] === id)
      if (place < 0)
        return this.#complain(
          `Error deleting item: the item with id '${String(id)}' does not exist.`,
          'item_delete_invalid_item_id',
        )
      this.#items.splice(place, 1)
      this.#tell('conversation.item.deleted', { item_id: id })
    },
    'input_audio_buffer.append': ({ audio }) => {
      this.#audioBytes += Buffer.from(String(audio ?? ''), 'base64').length
    },
    'input_audio_buffer.clear': () => {
      this.#audioBytes = 0
      this.#tell('input_audio_buffer.cleared', {})
    },
    'input_audio_buffer.commit': () => {
      if (this.#audioBytes === 0)
        return this.#complain(
          'Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer only has 0.00ms of audio.',
          'input_audio_buffer_commit_empty',
        )
      const id = idOf('item', this.#seed, this.#items.length).slice(0, 26)
      this.#tell('input_audio_buffer.committed', { previous_item_id: this.#lastId(), item_id: id })
      const transcript = `I heard ${this.#audioBytes} bytes.`
      this.#audioBytes = 0
      this.#add({
        id,
        type: 'message',
        status: 'completed',
        role: 'user',
        content: [{ type: 'input_audio', transcript }],
      })
    },
    'response.create': ({ response }) => this.#answer(isJson(response) ? response : {}),
    'response.cancel': () => {
      if (this.#active === undefined)
        return this.#complain('Cancellation failed: no active response found', 'response_cancel_not_active')
      this.#active.isStopped = true
      this.#line.rouse()
    },
  }

  #lastId(): unknown {
    return this.#items.at(-1)?.['id'] ?? null
  }

  #add(item: Json): void {
    const told = { previous_item_id: this.#lastId(), item }
    this.#items.push(item)
    this.#tell('conversation.item.added', told)
    this.#tell('conversation.item.done', told)
  }

  #answer(wanted: Json): void {
    if (this.#active !== undefined) {
      return this.#complain(
        `Conversation already has an active response in progress: ${this.#active.id}. Wait until the response is finished before creating a new one.`,
        'conversation_already_has_active_response',
      )
    }
    const id = idOf('resp', this.#seed, this.#turns++).slice(0, 26)
    const active = { id, isStopped: false }
    this.#active = active
    const session = { ...this.#session, ...wanted }
    const asked = askedIn(session, this.#items, this.#model)
    // Whatever goes wrong while it speaks ends the line, as a bug on the other side would.
    this.#speak(active, asked, session).catch(() => this.#line.drop())
  }

  async #speak(active: { readonly id: string; isStopped: boolean }, asked: Asked, session: Json): Promise<void> {
    const written = (type: string, members: Json): string => this.#written(type, members)
    const write = { id: active.id, session, written, previous: this.#lastId() }
    let said: Reply | undefined
    const end = await speakTurn(this.#line, this.#ground, {
      asked,
      voice,
      frames: reply => {
        said = reply
        return turnFrames(reply, write, item => this.#items.push(item))
      },
      error: ({ message }) =>
        written('error', {
          error: { type: 'server_error', code: 'server_error', message, param: null, event_id: null },
        }),
      isStopped: () => active.isStopped,
    })
    this.#active = undefined
    if (end !== 'stopped') return
    const status = { status: 'cancelled', status_details: { type: 'cancelled', reason: 'client_cancelled' } }
    const usage = { total_tokens: asked.inputTokens, input_tokens: asked.inputTokens, output_tokens: 0 }
    const told = { object: 'realtime.response', id: active.id, ...status, output: [], usage, metadata: null }
    if (said !== undefined || !this.#line.isOver) this.#tell('response.done', { response: told })
  }
}

/** Refused on the line: told, and hung up. */
const refuseOn = (line: Line, name: string): Listener => {
  const message = `The model \`${name}\` does not exist or you do not have access to it.`
  const error = { type: 'invalid_request_error', code: 'model_not_found', message, param: null, event_id: null }
  line.say(JSON.stringify({ type: 'error', event_id: 'event_refused', error }))
  line.hangUp(4000, 'invalid_request_error.model_not_found')
  return { hear: () => undefined }
}

/** A key as the name of a protocol, as OpenAI lets browsers send it. */
const prefix = 'openai-insecure-api-key.'

/** OpenAI's. */
export const openaiRealtime: Talk = {
  voice,
  route: (path, query) => (path === '/realtime' ? { model: query.get('model') ?? '' } : undefined),
  keyIn: headers =>
    listOf(headerOf(headers, 'sec-websocket-protocol')?.split(/,\s*/))
      .map(String)
      .find(name => name.startsWith(prefix))
      ?.slice(prefix.length),
  refusesInside: false,
  open: (line, ground, { model: name = '', seed }: Opening) => {
    const model = modelFor('talk', ground.models, { provider: 'openai', name })
    return model === undefined ? refuseOn(line, name) : new Conversation(line, ground, model, seed)
  },
}
