import { Query, type Client, type ClientConfig, type PoolClient, type QueryResult } from 'pg';
import { resultOf, type Send } from '../collectable-results';
import { isIdle } from '../client-state';
import { refusesName, type Preparation } from './preparation';
import { StatementNames } from './statement-names';

/** State of pg's client that its types do not declare. */
interface WithConnection {
  readonly connection: {
    /** Text by name, of the statements that the server has prepared. */
    readonly parsedStatements: Record<string, string | undefined>;
    close(statement: { readonly type: 'S'; readonly name: string }): void;
  };
  getTransactionStatus(): 'I' | 'T' | 'E' | null;
}

/**
 * Returns a class of pg clients that give a name to parameterised statements which repeat, so that PostgreSQL parses, and
 * mostly plans, each once per connection. Callers do not notice. A name that the server refuses, as after a migration, costs
 * nothing outside of a transaction, where the statement is sent again without it. In a transaction it fails with the
 * server's error, and all of it can be tried again.
 */
export function preparingClient(Base: typeof Client, preparation: Preparation): typeof Client {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its client
  const send = Base.prototype.query as Send;
  class PreparingClient extends Base {
    private readonly names = new StatementNames(preparation.max);
    private generation = preparation.generation;

    constructor(config?: string | ClientConfig) {
      super(config);
    }

    /** The name to send a statement with; undefined to send it as it is. */
    nameOf(text: string): string | undefined {
      if (!preparation.prepares(text)) return undefined;
      if (this.generation !== preparation.generation) {
        this.names.forgetAll();
        this.generation = preparation.generation;
      }
      // In an aborted transaction the server refuses to prepare anything.
      return (this as unknown as WithConnection).getTransactionStatus() === 'E' ? undefined : this.names.use(text);
    }

    async sendNamed(name: string, text: string, values: unknown[]): Promise<QueryResult> {
      const { connection } = this as unknown as WithConnection;
      const { names } = this;
      const wasIdle = isIdle(this as unknown as PoolClient);
      // With the next statement, so that it takes no further round trip.
      if (wasIdle) for (const unused of names.takeUnused()) closeStatement(connection, unused);
      try {
        return await resultOf(this, send, (settle) => named(name, new Query(text, values, settle)));
      } catch (error) {
        const isNew = names.isNew(text);
        if (connection.parsedStatements[name] === undefined) names.forget(text);
        if (!refusesName(error)) throw error;
        preparation.noteRefusal(text, error as Error, isNew);
        if (!wasIdle) throw error;
        return send.call(this, text, values) as Promise<QueryResult>;
      }
    }
  }
  (PreparingClient.prototype as { query: Send }).query = function (this: PreparingClient, text, values, callback) {
    const isParameterised = typeof text === 'string' && Array.isArray(values) && values.length > 0;
    const name = isParameterised && callback === undefined ? this.nameOf(text) : undefined;
    if (name === undefined) return send.call(this, text, values, callback);
    return this.sendNamed(name, text as string, values as unknown[]);
  };
  return PreparingClient;
}

function closeStatement(connection: WithConnection['connection'], name: string): void {
  connection.close({ type: 'S', name });
  delete connection.parsedStatements[name];
}

/** pg would copy a configuration property by property, which takes longer than all that is done here. */
const named = (name: string, query: Query): Query => Object.assign(query, { name });
