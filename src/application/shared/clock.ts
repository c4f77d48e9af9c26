/** Port: the current time. */
export abstract class Clock {
  abstract now(): Date;
}
