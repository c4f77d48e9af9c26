import { resolve } from 'node:path';
import { ts } from 'ts-morph';
import { UsageError } from '../../tools/command-line';
import { Tree } from '../../tools/edits/tree';
import { pluralOf } from '../../tools/generate/plurals';
import { resourceNames } from '../../tools/generate/resource/names';
import { nextSteps } from '../../tools/generate/resource/next-steps';
import { parseFields } from '../../tools/generate/resource/parse-fields';
import { contextPaths, resourcePaths } from '../../tools/generate/resource/paths';
import { planResource } from '../../tools/generate/resource/plan';
import { resourceOf } from '../../tools/generate/resource/texts';

/** This checkout as it would be. Nothing is written. The names are those of no service. */
const aCheckout = () => new Tree(resolve(__dirname, '../..'));
const names = resourceNames('trial-billing', 'trial-method');
const EVERY_TYPE =
  'id:uuid,amount:money,fee:money?,state:enum(new|used),note:text(200)?,order:int,count:bigint?,dueOn:date,paidAt:timestamp?,isOpen:boolean,ownerId:uuid?';

const planned = (context: string, name: string, fields: string, tree = aCheckout()): Tree => {
  planResource(tree, resourceOf(resourceNames(context, name), fields));
  return tree;
};
const mistakesOf = (work: () => unknown): string[] => {
  try {
    work();
  } catch (error) {
    if (error instanceof UsageError) return error.message.split('\n');
    throw error;
  }
  return [];
};

describe('a resource of the generator', () => {
  const tree = planned('trial-billing', 'trial-method', EVERY_TYPE);
  const paths = resourcePaths(names);

  it('adds its files and those of its context, and changes only lists', () => {
    const { added, changed, removed } = tree.changes;
    expect(added).toEqual([...Object.values(paths), ...Object.values(contextPaths(names))].sort());
    expect(changed.filter((path) => path !== 'docs/FILES.md')).toEqual([
      'src/app.module.ts',
      'src/infrastructure/database/entities.ts',
      'tools/development-scopes.ts',
    ]);
    expect(removed).toEqual([]);
  });

  it.each(Object.entries(paths))('writes TypeScript without a mistake in its syntax: %s', (_, path) => {
    const { diagnostics } = ts.transpileModule(tree.read(path), { reportDiagnostics: true });
    expect(diagnostics).toEqual([]);
  });

  it('has one limit for the length of a text, which the schema and the column use', () => {
    expect(tree.read(paths.aggregate)).toContain('trialMethodLengths = { note: 200 }');
    expect(tree.read(paths.schemas)).toContain('note: textSchema(trialMethodLengths.note).optional()');
    expect(tree.read(paths.entity)).toContain("note: { type: 'varchar', length: trialMethodLengths.note");
  });

  it('names its table, its address and its classes in the plural where there are several', () => {
    expect(tree.read(paths.entity)).toContain("tableName: 'trial_methods'");
    expect(tree.read(paths.controller)).toContain("@Controller('api/v1/trial-methods')");
    expect(tree.read(paths.controller)).toContain('class TrialMethodsController');
  });

  it('writes a column with a word of SQL as its name between quotation marks', () => {
    expect(tree.read(paths.sqlQueries)).toMatch(/SELECT id, [^;]*"order"/);
  });

  it('shows how to try it, with a body that its schema accepts', () => {
    const text = nextSteps(resourceOf(names, 'amount:money,isOpen:boolean'), 'the-migration.ts');
    expect(text).toContain(`-d '{"amount":{"amount":1250,"currency":"EUR"},"isOpen":true}'`);
    expect(text).toContain('the-migration.ts');
  });

  it('can be the second one of its context, and has the same problems', () => {
    const both = planned(
      'trial-billing',
      'trial-invoice',
      'total:money',
      planned('trial-billing', 'trial-method', EVERY_TYPE),
    );
    const table = both.read(contextPaths(names).problems);
    for (const kind of ['trial-method-not-found', 'trial-invoice-not-found', 'stale-version', 'invalid-amount'])
      expect(table.split(`'${kind}':`)).toHaveLength(2);
    expect(both.read(contextPaths(names).feature)).toMatch(
      /controllers: \[TrialMethodsController, TrialInvoicesController\]/,
    );
  });
});

describe('a resource is refused, with nothing planned,', () => {
  it.each([
    ['where it exists', 'trial-billing', 'trial-method', /^The resource trial-method of trial-billing exists already/],
    ['where its table exists', 'trial-sales', 'idempotency-key', /^The table idempotency_keys exists already: src/],
    ['where its table is one of TypeORM', 'trial-sales', 'migration', /^The table migrations exists already: TypeORM/],
    ['where another has its address', 'trial-sales', 'trial-method', /address \/api\/v1\/trial-methods exists already/],
    ['where a folder is of something else', 'overload', 'threshold', /^'overload' is taken: src\/infrastructure\/http/],
    ['where its sources use its name', 'trial-sales', 'injectable', /^'injectable' is reserved: .* Injectable/],
    [
      'where its transaction has something of its name',
      'trial-sales',
      'event',
      /^'event' .*such as 'trial-sales-event'/,
    ],
  ])('%s', (_, context, name, mistake) => {
    const tree = planned('trial-billing', 'trial-method', 'name:text');
    const before = tree.changes;
    const mistakes = mistakesOf(() => planned(context, name, 'name:text', tree));
    expect(mistakes).toContainEqual(expect.stringMatching(mistake));
    expect(tree.changes).toEqual(before);
  });
});

it.each(['status', 'page', 'record'])('a resource can be called %s, a name that others of its sources use', (name) => {
  expect(mistakesOf(() => planned('trial-sales', name, 'name:text'))).toEqual([]);
});

describe('fields', () => {
  const mistakesIn = (fields: string) => mistakesOf(() => parseFields(fields, names));

  it.each([
    ['', /write a field as name:type/],
    ['note', /write a field as name:type/],
    ['note:text:200', /write a field as name:type/],
    ['note:txt', /'txt' is not a type: there are text, int, .*enum/],
    ['due_on:date', /write the name of a field like dueOn/],
    ['Note:text', /like dueOn/],
    ['version:int', /'version' is reserved/],
    ['constructor:text', /'constructor' is reserved/],
    ['id:int', /the id of a resource is a uuid/],
    ['id:uuid', /At least one field besides the id/],
    ['note:text(0)', /from 1 to 10000,/],
    ['note:text(long)', /from 1 to 10000,/],
    ['note:text(10001)', /from 1 to 10000,/],
    ['count:int(5)', /takes nothing in parentheses/],
    ['state:enum', /at least two/],
    ['state:enum(open)', /at least two/],
    ['state:enum(Open|Shut)', /lower-case words/],
    ['state:enum(open|open)', /each value once/],
    ['view:enum(wide|narrow)', /TrialMethodView is the name of another type/],
    ['note:text,note:int', /'note' has the column note already/],
    ['price:money,priceAmount:int', /'price' has the column price_amount already/],
    [`${'long'.repeat(20)}:text`, /longer than the 63 characters/],
  ])('are invalid as %j, in one line', (fields, mistake) => {
    expect(mistakesIn(fields)).toEqual([expect.stringMatching(mistake)]);
  });

  it('report every mistake, one per line', () => {
    expect(mistakesIn('a:txt, b_c:int, version:int')).toHaveLength(3);
    expect(mistakesOf(() => resourceNames('Billing', 'class'))).toHaveLength(2);
  });
});

describe('the plural of a name', () => {
  it.each([
    ['payment', 'payments'],
    ['payment-method', 'payment-methods'],
    ['category', 'categories'],
    ['day', 'days'],
    ['address', 'addresses'],
    ['status', 'statuses'],
    ['tax', 'taxes'],
    ['branch', 'branches'],
    ['analysis', 'analyses'],
    ['sales-person', 'sales-people'],
    ['child', 'children'],
    ['shelf', 'shelves'],
    ['hero', 'heroes'],
    ['photo', 'photos'],
  ])('%s is %s', (one, many) => {
    expect(pluralOf(one)).toBe(many);
  });

  it.each(['payments', 'news', 'equipment', 'people'])('of %s has to be given', (name) => {
    expect(pluralOf(name)).toBeUndefined();
    expect(() => resourceNames('trial-billing', name)).toThrow(/write the name in the singular, or add --plural/);
    expect(resourceNames('trial-billing', name, `${name}-items`).many.kebab).toBe(`${name}-items`);
  });
});
