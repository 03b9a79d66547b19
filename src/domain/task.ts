/** The kinds of work that are told apart without anybody naming them. */

/** A caller or a pool may name any other kind; these are those that can be predicted. */
export const tasks = [
  'chat',
  'classification',
  'code',
  'extraction',
  'function-calling',
  'rag',
  'reasoning',
  'summarisation',
  'translation',
] as const
export type Task = (typeof tasks)[number]
