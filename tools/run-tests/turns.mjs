/** @typedef {'stdout' | 'stderr'} Stream */

/** The output of a suite, with its heading. */
export class Turn {
  /** @type {(readonly [Stream, Buffer])[]} */
  #kept = [];
  #prints = false;
  #closed = false;

  /**
   * @param {string} name
   * @param {boolean} isAlone whether it prints directly from its start
   * @param {() => void} onClose
   */
  constructor(name, isAlone, onClose) {
    this.name = name;
    this.onClose = onClose;
    /** @type {'inherit' | 'pipe'} */
    this.stdio = isAlone ? 'inherit' : 'pipe';
    if (isAlone) this.show();
  }

  /** Output that is kept for a terminal has colours as well. */
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
    if (this.#prints) process[stream].write(chunk);
    else this.#kept.push([stream, chunk]);
  }

  /** From now on it prints directly. */
  show() {
    this.#prints = true;
    console.log(`\n── ${this.name}`);
    for (const [stream, chunk] of this.#kept.splice(0)) process[stream].write(chunk);
  }

  close() {
    this.#closed = true;
    this.onClose();
  }
}

/**
 * Separates the output of concurrent suites. One suite at a time prints, in the order in which they started; the output of
 * the others is kept until then.
 */
export class Turns {
  /** @type {Turn[]} the first of them prints */
  #waiting = [];

  /** @param {string} name of the suite */
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
