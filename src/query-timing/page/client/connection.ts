import type { PageMessage } from '../messages';

export type ConnectionState = 'connecting' | 'live' | 'silent' | 'paused' | 'refused';

/** A message comes each second. */
const SILENCE_MS = 5_000;
const RETRY_MS = 5_000;

/** The events of the server. The browser connects again by itself; the first message is complete each time. */
export class Connection {
  state: ConnectionState = 'connecting';
  private events: EventSource | undefined;
  private retry: number | undefined;
  private silence: number | undefined;

  constructor(
    private readonly onMessage: (message: PageMessage) => void,
    private readonly onState: () => void,
  ) {
    // A hidden page needs nothing, and the server need not make it.
    document.addEventListener('visibilitychange', () => (document.hidden ? this.stop() : this.start()));
  }

  start(): void {
    if (this.events !== undefined || this.state === 'paused' || document.hidden) return;
    clearTimeout(this.retry);
    const events = new EventSource(`${location.pathname}?events`);
    this.events = events;
    this.expectMessage();
    events.onmessage = ({ data }: MessageEvent<string>) => {
      this.expectMessage();
      this.setState('live');
      this.onMessage(JSON.parse(data) as PageMessage);
    };
    events.onerror = () => {
      if (this.events !== events) return;
      this.setState(events.readyState === EventSource.CLOSED ? 'refused' : 'connecting');
      if (events.readyState !== EventSource.CLOSED) return;
      this.stop();
      // A refusal ends an EventSource: the limit of watchers, or a proxy whose service is being replaced.
      this.retry = setTimeout(() => this.start(), RETRY_MS) as unknown as number;
    };
  }

  togglePause(): void {
    if (this.state === 'paused') {
      this.setState('connecting');
      this.start();
    } else {
      this.stop();
      this.setState('paused');
    }
  }

  /** A process that hangs and a network that is gone end no connection: another one is tried. */
  private expectMessage(): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => {
      if (this.state === 'live') this.setState('silent');
      this.stop();
      this.start();
    }, SILENCE_MS) as unknown as number;
  }

  private stop(): void {
    clearTimeout(this.silence);
    this.events?.close();
    this.events = undefined;
  }

  private setState(state: ConnectionState): void {
    if (state === this.state) return;
    this.state = state;
    this.onState();
  }
}
