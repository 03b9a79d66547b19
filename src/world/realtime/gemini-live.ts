/** Gemini's Live: set up once, then turns; JSON in binary messages, as Google sends it. */
import { contentText, allText } from '../gemini/contents.ts'
import { geminiVoice } from '../gemini/gemini.ts'
import { listIn, member, objectIn } from '../gemini/members.ts'
import { estimateTokens } from '../estimate-tokens.ts'
import type { Ground } from '../ground.ts'
import { modelFor } from '../models.ts'
import type { WorldModel } from '../models.ts'
import { parseJson } from '../parse-json.ts'
import { isJson, listOf } from '../speech.ts'
import type { Asked, Json } from '../speech.ts'
import { liveFrames, packed } from './gemini-turn.ts'
import type { Line } from './line.ts'
import { speakTurn } from './speak-turn.ts'
import type { Listener, Talk } from './talk.ts'

const invalid = 'Request contains an invalid argument.'

class Session implements Listener {
  readonly #line: Line
  readonly #ground: Ground
  readonly #seed: string
  readonly #contents: unknown[] = []
  #set: { readonly model: WorldModel; readonly setup: Json } | undefined
  #isSpeaking = false
  #isStopped = false
  #waiting = false

  constructor(line: Line, ground: Ground, seed: string) {
    this.#line = line
    this.#ground = ground
    this.#seed = seed
  }

  hear(data: Buffer): void {
    const message = parseJson(data)
    if (!isJson(message)) return this.#line.hangUp(1007, 'Invalid JSON payload received.')
    const setup = message['setup']
    if (this.#set === undefined)
      return isJson(setup) ? this.#setUp(setup) : this.#line.hangUp(1007, 'The first message must be a setup.')
    if (setup !== undefined) return this.#line.hangUp(1007, 'A session is set up only once.')
    const heard = ['clientContent', 'toolResponse', 'realtimeInput'].find(name => isJson(member(message, name)))
    if (heard === undefined) return this.#line.hangUp(1007, invalid)
    this.#take(heard, objectIn(message, heard))
  }

  #setUp(setup: Json): void {
    const name = String(setup['model'] ?? '').replace(/^models\//, '')
    const model = modelFor('talk', this.#ground.models, { provider: 'gemini', name })
    if (model === undefined)
      return this.#line.hangUp(
        1008,
        `models/${name} is not found for API version v1beta, or is not supported for bidiGenerateContent.`,
      )
    this.#set = { model, setup }
    this.#line.note({ model: model.id })
    if (this.#ground.switches.isDown('gemini', model.id)) return this.#line.drop()
    this.#line.say(packed({ setupComplete: { sessionId: `${this.#seed.length}-${this.#line.seen.nth}` } }))
  }

  #take(name: string, told: Json): void {
    if (name === 'clientContent') {
      this.#contents.push(...listIn(told, 'turns'))
      // A client that speaks into an answer stops it.
      if (member(told, 'turnComplete') === true) this.#next()
      return
    }
    if (name === 'toolResponse') {
      const parts = listIn(told, 'functionResponses').map(one => ({ functionResponse: one }))
      this.#contents.push({ role: 'user', parts })
      return this.#next()
    }
    const { text } = told
    if (typeof text !== 'string') return
    this.#contents.push({ role: 'user', parts: [{ text }] })
    this.#next()
  }

  #next(): void {
    if (this.#isSpeaking) {
      this.#isStopped = true
      this.#waiting = true
      this.#line.rouse()
      return
    }
    // Whatever goes wrong while it speaks ends the line, as a bug on the other side would.
    this.#speak().catch(() => this.#line.drop())
  }

  async #speak(): Promise<void> {
    if (this.#set === undefined) return
    const { model, setup } = this.#set
    this.#isSpeaking = true
    this.#isStopped = false
    const end = await speakTurn(this.#line, this.#ground, {
      asked: askedIn(setup, this.#contents, model),
      voice: geminiVoice,
      frames: reply => {
        this.#contents.push({ role: 'model', parts: [{ text: reply.text }] })
        return liveFrames(reply, setup)
      },
      // Google has no words for it on the line; it hangs up.
      error: () => undefined,
      isStopped: () => this.#isStopped,
    })
    this.#isSpeaking = false
    if (end !== 'stopped') return
    this.#line.say(packed({ serverContent: { interrupted: true } }))
    this.#line.say(packed({ serverContent: { turnComplete: true } }))
    if (!this.#waiting) return
    this.#waiting = false
    this.#next()
  }
}

const askedIn = (setup: Json, contents: readonly unknown[], model: WorldModel): Asked => {
  const config = objectIn(setup, 'generationConfig')
  const limit = member(config, 'maxOutputTokens')
  const tools = listIn(setup, 'tools').flatMap(tool => listIn(tool, 'functionDeclarations').filter(isJson))
  const last = contents.findLast(content => member(content, 'role') !== 'model' && contentText(content) !== '')
  return {
    model,
    stream: true,
    text: contentText(last),
    inputTokens:
      estimateTokens(allText(listOf(contents))) + estimateTokens(allText(member(setup, 'systemInstruction'))),
    ...(typeof limit === 'number' && { maxTokens: limit }),
    stops: [],
    tools: tools.map(one => ({
      name: String(one['name']),
      schema: member(one, 'parametersJsonSchema') ?? one['parameters'],
    })),
    choices: 1,
    includeUsage: true,
    images: 0,
    body: setup,
  }
}

/** Google's official client puts two strokes where a base address ends in one. */
const address =
  /^\/{1,2}ws\/google\.ai\.generativelanguage\.v1(?:beta|alpha)?\.GenerativeService\.BidiGenerateContent(?:Constrained)?$/

/** Google's. */
export const geminiLive: Talk = {
  voice: geminiVoice,
  route: path => (address.test(path) ? {} : undefined),
  refusesInside: true,
  open: (line, ground, { seed, complaint }) => {
    if (complaint === undefined) return new Session(line, ground, seed)
    line.hangUp(complaint.status === 403 ? 1008 : 1007, complaint.message)
    return { hear: () => undefined }
  },
}
