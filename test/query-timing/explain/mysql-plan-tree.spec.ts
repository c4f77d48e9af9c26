import { allNodes, planTree } from '../../../src/query-timing/explain/mysql/plan-tree';

const tables = (plan: unknown) => planTree(plan).nodes.flatMap(allNodes);

describe('a plan of MariaDB', () => {
  it('is read although a literal in it is printed as in SQL, which is no JSON', () => {
    const condition = String.raw`t.a = '\0' and t.b = 'a\'b' and t.c = 'x\ny' and t.d = 'back\\slash'`;
    const text = `{"query_block": {"table": {"table_name": "t", "access_type": "ALL", "attached_condition": "${condition}"}}}`;
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
    const [table] = tables(text);
    expect(table).toMatchObject({ table: 't', access: 'ALL' });
    expect(table!.conditions[0]![1]).toContain("and t.c = 'x\ny'");
  });

  it('that is no JSON at all is a fault of the server', () => {
    expect(() => planTree('{"query_block": ')).toThrow(SyntaxError);
  });

  it.each(['expression_cache', 'subquery_cache'])('says which subquery runs for each row: %s', (cache) => {
    const table = { table_name: 'b', access_type: 'ALL' };
    const plan = { query_block: { subqueries: [{ [cache]: { query_block: { nested_loop: [{ table }] } } }] } };
    expect(tables(plan)).toMatchObject([{ table: 'b', dependent: true }]);
  });
});
