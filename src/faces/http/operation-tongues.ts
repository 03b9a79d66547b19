/** The formats of operations beyond chat as clients come with them, and how to tell them apart where they share a path. */
import { cohereEmbeddings, cohereOnBedrock } from '../../dialects/embeddings/cohere.ts'
import { geminiEmbeddings } from '../../dialects/embeddings/gemini.ts'
import { openaiEmbeddings } from '../../dialects/embeddings/openai.ts'
import { titanEmbeddings } from '../../dialects/embeddings/titan.ts'
import { vertexEmbeddings } from '../../dialects/embeddings/vertex.ts'
import { topLevelMembers } from '../../dialects/json-text.ts'
import { openaiModerations } from '../../dialects/moderations/openai.ts'
import { cohereRerank, cohereRerankV1, isForCohereV1, rerankOnBedrock } from '../../dialects/rerank/cohere.ts'
import { jinaRerank } from '../../dialects/rerank/jina.ts'
import { isForVoyage, voyageRerank } from '../../dialects/rerank/voyage.ts'
import type { OperationTongue } from './operate.ts'

export const embeddings: OperationTongue = { dialect: openaiEmbeddings, passes: ['openai-beta'], isSteered: true }
export const googleEmbeddings: OperationTongue = { dialect: geminiEmbeddings }
/** What Vertex's earlier embedders are asked. */
export const vertexPredictions: OperationTongue = { dialect: vertexEmbeddings }
export const cohereEmbed: OperationTongue = { dialect: cohereEmbeddings }
export const moderations: OperationTongue = { dialect: openaiModerations, isSteered: true }
export const cohereRank: OperationTongue = { dialect: cohereRerank }

type Has = (member: string) => boolean

/** Which members the body has at its top; none where it is no object. */
const membersIn = (bytes: Buffer): Has => {
  const members = topLevelMembers(bytes)
  return name => members.ok && members.value.has(name)
}

/** Cohere's first version, Jina and Voyage have their rankings at one path. */
export const rankingIn = (bytes: Buffer): OperationTongue => {
  const has = membersIn(bytes)
  if (isForCohereV1(has)) return { dialect: cohereRerankV1 }
  return { dialect: isForVoyage(has) ? voyageRerank : jinaRerank, isSteered: true }
}

/** What else than chats comes to Bedrock's `invoke`: each maker's bodies have members that no other has. */
const invocations: readonly (readonly [fits: (has: Has) => boolean, tongue: OperationTongue])[] = [
  [has => has('inputText') && !has('textGenerationConfig'), { dialect: titanEmbeddings }],
  [has => has('query') && has('documents'), { dialect: rerankOnBedrock }],
  [has => has('input_type') && !has('messages'), { dialect: cohereOnBedrock }],
]

/** The operation that this body of an invocation asks for; undefined for a chat. */
export const invocationIn = (bytes: Buffer): OperationTongue | undefined => {
  const has = membersIn(bytes)
  return invocations.find(([fits]) => fits(has))?.[1]
}
