/** How much the feed may cost, and how patient it is. */
export interface Limits {
  /** Further clients are closed with 1013, "try again later". */
  readonly maxClients: number
  /**
   * No more bytes than this wait for a client: one for which the next delta would be too much is lagging, and gets no
   * further deltas. Only a frame that is larger by itself takes more, and all who wait for one share its bytes.
   */
  readonly highWaterBytes: number
  /** A lagging client for which no more bytes than this wait gets a fresh snapshot. */
  readonly lowWaterBytes: number
  /** A client that lags for longer is closed with 1013. */
  readonly lagPatienceMs: number
  /** Silence after which a heartbeat is sent; also how often lagging clients are looked at. */
  readonly heartbeatMs: number
  /** A client that has not answered a ping when the next is due is dead. */
  readonly pingMs: number
  /** What clients may take to answer the close of a shutdown. */
  readonly farewellMs: number
  /** Messages of clients mean nothing, so they may be small. */
  readonly maxPayloadBytes: number
  /** And few: a client that sends more than this between two of our pings is closed with 1008. */
  readonly maxMessages: number
  /** Elements of a snapshot that are written without serving anybody else: 200 take a millisecond. */
  readonly pieceElements: number
}

export const defaultLimits = (intervalMs: number): Limits => ({
  maxClients: 1024,
  highWaterBytes: 1024 * 1024,
  lowWaterBytes: 64 * 1024,
  lagPatienceMs: 30_000,
  // Every interval, but neither a flood nor a silence that looks like death.
  heartbeatMs: Math.min(Math.max(intervalMs, 1000), 5000),
  pingMs: 30_000,
  farewellMs: 200,
  maxPayloadBytes: 4096,
  maxMessages: 256,
  pieceElements: 200,
})
