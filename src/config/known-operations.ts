/** Models that do something else than chat, by their names: a request is not sent where it surely cannot be served. */
import type { Ability } from '../domain/deployment.ts'

/** What is known of a family of models; what is absent is not known. */
export interface KnownFamily {
  /** Held against the model's name without its vendor, in lower case. The first that fits counts. */
  readonly names: RegExp
  readonly accepts?: readonly Ability[]
  readonly contextWindow?: number
  readonly maxOutput?: number
}

const drawing: readonly Ability[] = ['images']
const drawingAndEditing: readonly Ability[] = ['images', 'image-edits']

/** From the providers' own model pages, checked 2026-11. The first that fits counts. */
export const otherOperations: readonly KnownFamily[] = [
  // An embedder's name may have the maker's word for a reranker in it, never the other way round.
  { names: /rerank|^llama-rank|^semantic-ranker/, accepts: ['rerank'] },
  { names: /embed|^embo-|^bge-|^e5-|^gte-|^uae-|minilm|mpnet|m2-bert|gecko/, accepts: ['embeddings'] },
  { names: /^(voyage|jina-(clip|code|colbert))-|multilingual-e5/, accepts: ['embeddings'] },
  { names: /moderation/, accepts: ['moderations'] },
  {
    names: /^gpt-.*realtime|^grok-voice|^nova-(2-)?sonic|^gemini-.*(-live|native-audio)|^gemini-live/,
    accepts: ['realtime'],
  },
  { names: /transcribe|^distil-whisper|^whisper.*turbo|^parakeet|^canary-|^scribe/, accepts: ['transcription'] },
  { names: /^voxtral-mini-(2602|transcribe)/, accepts: ['transcription'] },
  { names: /whisper/, accepts: ['transcription', 'translation'] },
  { names: /^gemini-.*-tts/, accepts: ['text', 'audio-output', 'speech'] },
  { names: /(^|-)tts|^orpheus|^sonic|^kokoro|^playai|^speech-\d|^qwen.*-tts|^eleven/, accepts: ['speech'] },
  {
    names: /^(gpt|chatgpt)-image|^dall-e-2$|^grok-imagine-image|^flux.*kontext|^nova-canvas/,
    accepts: drawingAndEditing,
  },
  { names: /^titan-image|^imagen-3.*capability|^imagegeneration|^qwen-image-edit/, accepts: drawingAndEditing },
  {
    names:
      /^dall-e-3|^imagen-|^flux|^stable-|^sdxl|^sd3|^grok-2-image|^recraft|^ideogram|^seedream|^qwen-image|^cogview/,
    accepts: drawing,
  },
  // Films are made behind the pass-through.
  { names: /^veo-|^sora-|^nova-reel|^grok-imagine-video/, accepts: [] },
  {
    names: /^gpt-3\.5-turbo-instruct|^(davinci|babbage)-002$|^text-davinci-|^(ada|babbage|curie|davinci)$/,
    accepts: ['completions'],
  },
]
