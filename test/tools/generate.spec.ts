import { resolve } from 'node:path';
import { Tree } from '../../tools/edits/tree';
import { UsageError } from '../../tools/command-line';
import { namesOf } from '../../tools/generate/names';
import { pathsOf, planUseCase } from '../../tools/generate/use-case';

const context = namesOf('context', 'trial-billing');
const useCase = namesOf('use case', 'settle-invoice');
const { feature, problems, ...own } = pathsOf(context, useCase);

/** This checkout as it would be. Nothing is written. */
const aCheckout = () => new Tree(resolve(__dirname, '../..'));

describe('a use case of the generator', () => {
  it('adds files, and changes no source but AppModule', () => {
    const tree = aCheckout();
    planUseCase(tree, context, useCase);
    const { added, changed, removed } = tree.changes;
    expect(added).toEqual([...Object.values(own), feature, problems].sort());
    expect(changed.filter((path) => path !== 'docs/FILES.md')).toEqual(['src/app.module.ts']);
    expect(removed).toEqual([]);
  });

  it.each(Object.values(own))('is refused where it would overwrite %s', (path) => {
    const tree = aCheckout();
    tree.write(path, 'other');
    expect(() => planUseCase(tree, context, useCase)).toThrow(UsageError);
    expect(tree.changes.added).toEqual([path]);
    expect(tree.read(path)).toBe('other');
  });

  it('adds to the problems and to the module of a context that exists', () => {
    const tree = aCheckout();
    planUseCase(tree, context, useCase);
    planUseCase(tree, context, namesOf('use case', 'void-invoice'));
    expect(tree.read(problems)).toMatch(/'settle-invoice-not-found'[^]*'void-invoice-not-found'/);
    expect(tree.read(feature)).toMatch(/controllers: \[SettleInvoiceController, VoidInvoiceController\]/);
  });

  it('is refused where another has a problem of its name', () => {
    const tree = aCheckout();
    tree.write(problems, `export const trialBillingProblems = { 'settle-invoice-not-found': {} };`);
    expect(() => planUseCase(tree, context, useCase)).toThrow(UsageError);
  });

  it('is refused where AppModule has another module of the name of its context', () => {
    const tree = aCheckout();
    expect(() => planUseCase(tree, namesOf('context', 'http'), useCase)).toThrow(
      /^'http' is taken: src\/app.module.ts/,
    );
  });
});

describe('a name', () => {
  it.each(['', 'Settle', 'settle_invoice', 'settle--invoice', '-settle', 'settle-', '7-days', '../settle', 'délai'])(
    'is invalid as %j, of a context and of a use case',
    (name) => {
      for (const what of ['context', 'use case'] as const) expect(() => namesOf(what, name)).toThrow(UsageError);
    },
  );

  it.each(['class', 'delete', 'export'])('cannot be %s, which no constant and no parameter can be called', (name) => {
    for (const what of ['context', 'use case'] as const)
      expect(() => namesOf(what, name)).toThrow(`'${name}' is a TypeScript keyword`);
  });

  it('of a context cannot be shared, the folder beside those of the contexts', () => {
    expect(() => namesOf('context', 'shared')).toThrow(UsageError);
    expect(namesOf('use case', 'shared').pascal).toBe('Shared');
  });
});
