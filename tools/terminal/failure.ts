/** A tool cannot go on, and the person who started it can do something about that. One line, or a few. */
export class Failure extends Error {
  override readonly name = 'Failure';
}
