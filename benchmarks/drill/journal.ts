/** What happened in a run: every call to a provider, and what every request came to. */

/** One call to one provider, as the provider saw it. Times are milliseconds from the beginning. */
export interface CallRecord {
  readonly request: number
  readonly on: string
  readonly at: number
  readonly inputTokens: number
  /** When it began to read the request, which from then on is charged. */
  begunAt?: number
  firstAt?: number
  endedAt?: number
  /** What came of it; absent while it runs. */
  end?: 'whole' | 'stopped' | 'error' | 'refused' | 'limited' | 'full'
  /** Tokens that it had made when it ended. */
  tokens: number
  /** Whether the whole answer is right. */
  isRight: boolean
}

/** What one request came to, as its client saw it. */
export interface Story {
  readonly request: number
  readonly at: number
  readonly tenant: string
  readonly session: string
  /** Who answered; absent where nobody did. */
  by?: string
  firstAt?: number
  endedAt?: number
  /** Absent where it was answered whole. */
  failure?: string
}

export interface Journal {
  readonly calls: CallRecord[]
  readonly stories: Story[]
  /** The most requests at once in the world's own count, by deployment and second. */
  readonly load: Map<string, number[]>
}

export const emptyJournal = (): Journal => ({ calls: [], stories: [], load: new Map() })
