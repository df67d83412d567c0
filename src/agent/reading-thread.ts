import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { ReadingNote, surroundings } from '../sources/noted.ts'
import { smallHeap } from './small-heap.ts'
import { abandon, HungReading, LeftAlone, maySpareAnother, TooManyHang, watchReading } from './hung-reading.ts'

interface Waiting<Answer> {
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: Error) => void
}

/** What every script of such a thread is given, besides what is its own. */
export interface ThreadStart {
  /** Where it notes what it reads. */
  readonly note: SharedArrayBuffer
}

/** So long may one reading of a thread take that is asked to end, before it counts as one that hangs. */
const FAREWELL_MS = 200
/** So often: on a busy node a thread that hangs nowhere may wait long for its turn to end. */
const FAREWELLS = 50

/**
 * A thread that reads the node and answers questions, each with one message, in their order. One that dies, or that hangs
 * in a reading, is replaced when the next question is put; what hung is to be left alone from then on.
 */
export class ReadingThread<Question, Answer> {
  readonly #script: URL
  readonly #start: () => object
  readonly #intervalMs: number
  readonly #leftAlone = new LeftAlone()
  #note = new ReadingNote()
  #worker: Worker | undefined
  #waiting: Waiting<Answer>[] = []

  /**
   * @param start what the script is given, besides its note; called for every thread that is begun
   * @param intervalMs between two questions; who asks once gives 0
   */
  constructor(script: URL, start: () => object, intervalMs: number) {
    this.#script = script
    this.#start = start
    this.#intervalMs = intervalMs
  }

  /** Places that the thread must not touch now. */
  leftAlone(): ReadonlySet<string> {
    return this.#leftAlone.now()
  }

  /** A question that takes readings. Rejects with a HungReading when one of them does not return. */
  async ask(question: Question): Promise<Answer> {
    const asked = this.#worker ?? this.#begin()
    const isDone = watchReading(this.#note, this.#intervalMs, () => this.#giveUp(asked))
    return await this.#put(asked, question).finally(isDone)
  }

  /** What else the thread has to say that answered last. It may have died since, and no other knows. */
  async askOn(question: Question): Promise<Answer> {
    if (this.#worker === undefined) throw new Error('the reading thread ended')
    return await this.#put(this.#worker, question)
  }

  async close(): Promise<void> {
    const ending = this.#worker
    if (ending === undefined) return
    this.#end(ending, new Error('the reading thread was ended'))
    const hasEnded = abandon(ending).then(() => true)
    for (let farewells = 0; farewells < FAREWELLS; farewells += 1) {
      const progress = this.#note.progress()
      const waiting = new AbortController()
      const isOver = await Promise.race([hasEnded, sleep(FAREWELL_MS, false, waiting)])
      waiting.abort()
      if (isOver || (this.#note.isReading() && this.#note.progress() === progress)) return
    }
  }

  #put(asked: Worker, question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      asked.postMessage(question)
    })
  }

  #begin(): Worker {
    if (!maySpareAnother())
      throw new TooManyHang(
        `too many readings hang in the kernel, the last of them of ${this.#note.path()}; the node is read again when one returns`,
      )
    this.#note = new ReadingNote()
    const started = new Worker(this.#script, {
      resourceLimits: smallHeap,
      workerData: { ...this.#start(), note: this.#note.memory } satisfies ThreadStart,
    })
    started.on('message', (answer: Answer) => {
      if (this.#worker === started) this.#waiting.shift()?.resolve(answer)
    })
    started.on('error', (error) => this.#end(started, error))
    started.on('exit', (code) => this.#end(started, new Error(`the reading thread ended with code ${code}`)))
    this.#worker = started
    return started
  }

  /** What waits waits for this thread: the next one is begun by the next question. */
  #end(ended: Worker, error: Error): void {
    if (this.#worker !== ended) return
    this.#worker = undefined
    const waiting = this.#waiting
    this.#waiting = []
    for (const { reject } of waiting) reject(error)
  }

  #giveUp(hung: Worker): void {
    if (!this.#note.isReading()) {
      void abandon(hung)
      this.#end(hung, new Error('the reading thread does not come back from its work; it is replaced'))
      return
    }
    const path = this.#note.path()
    const place = surroundings(path)
    const minutes = this.#leftAlone.add(place) / 60_000
    void abandon(hung)
    this.#end(
      hung,
      new HungReading(
        `reading ${path} does not return; its thread is given up, and ${place} is left alone for ${minutes} min`,
      ),
    )
  }
}
