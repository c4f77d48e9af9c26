/** @typedef {'stdout' | 'stderr'} Stream */

/** What a suite prints, from its heading on. */
export class Turn {
  /** @type {(readonly [Stream, Buffer])[]} */
  #kept = [];
  #hasScreen = false;
  #closed = false;

  /**
   * @param {string} name
   * @param {boolean} isAlone whether it has the screen from its start
   * @param {() => void} onClose
   */
  constructor(name, isAlone, onClose) {
    this.name = name;
    this.onClose = onClose;
    /** @type {'inherit' | 'pipe'} */
    this.stdio = isAlone ? 'inherit' : 'pipe';
    if (isAlone) this.show();
  }

  /** What is kept for the screen may have the colours that it would have there. */
  get environment() {
    const { FORCE_COLOR, NO_COLOR } = process.env;
    const decides = this.stdio === 'pipe' && process.stdout.isTTY && FORCE_COLOR === undefined && !NO_COLOR;
    return decides ? { ...process.env, FORCE_COLOR: '1' } : process.env;
  }

  get isClosed() {
    return this.#closed;
  }

  /**
   * @param {Stream} stream
   * @param {Buffer} chunk
   */
  write(stream, chunk) {
    if (this.#hasScreen) process[stream].write(chunk);
    else this.#kept.push([stream, chunk]);
  }

  /** From now on it is its turn. */
  show() {
    this.#hasScreen = true;
    console.log(`\n── ${this.name}`);
    for (const [stream, chunk] of this.#kept.splice(0)) process[stream].write(chunk);
  }

  close() {
    this.#closed = true;
    this.onClose();
  }
}

/**
 * The screen, for suites that run beside each other: one at a time has it, in the order in which they started, and each
 * has it until it ends. What the others print meanwhile is kept.
 */
export class Turns {
  /** @type {Turn[]} the first of them has the screen */
  #waiting = [];

  /** @param {string} name of a suite that starts */
  open(name) {
    const turn = new Turn(name, this.#waiting.length === 0, () => this.#next());
    this.#waiting.push(turn);
    return turn;
  }

  #next() {
    while (this.#waiting[0]?.isClosed) {
      this.#waiting.shift();
      this.#waiting[0]?.show();
    }
  }
}
