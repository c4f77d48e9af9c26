import { UsageError } from '../../command-line';
import { namesOf, type Names } from '../names';
import { pluralOf } from '../plurals';
import { snake } from '../sql-names';

export interface ResourceNames {
  readonly context: Names;
  /** `payment-method` */
  readonly one: Names;
  /** `payment-methods` */
  readonly many: Names;
  /** `payment_methods` */
  readonly table: string;
  /** `PAYMENTS_SCOPE`: what a token needs to change something of the context. */
  readonly scope: string;
  /** `a payment method` */
  readonly aThing: string;
  /** Makes one in tests: `aPaymentMethod` */
  readonly builder: string;
}

/** @param plural where the name has no regular one @throws UsageError with one line per mistake */
export function resourceNames(context: string, name: string, plural?: string): ResourceNames {
  const mistakes: string[] = [];
  const attempt = (make: () => Names): Names | undefined => {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      mistakes.push(error.message);
      return undefined;
    }
  };
  const ofContext = attempt(() => namesOf('context', context));
  const one = attempt(() => namesOf('resource', name));
  const many = one && attempt(() => pluralNames(name, plural));
  if (!ofContext || !one || !many) throw new UsageError(mistakes.join('\n'));
  return {
    context: ofContext,
    one,
    many,
    table: snake(many.kebab),
    scope: `${snake(ofContext.kebab).toUpperCase()}_SCOPE`,
    aThing: `${articleOf(one.words)} ${one.words}`,
    builder: `${articleOf(one.words)}${one.pascal}`,
  };
}

function pluralNames(name: string, plural: string | undefined): Names {
  const many = plural ?? pluralOf(name);
  if (many === undefined)
    throw new UsageError(`'${name}' is a plural or has none: write the name in the singular, or add --plural <name>.`);
  if (many === name) throw new UsageError(`The plural '${many}' must differ from the name.`);
  return namesOf('resource', many);
}

const articleOf = (words: string): string => (/^(?:[aeio]|u(?!ni|se|ti))/.test(words) ? 'an' : 'a');
