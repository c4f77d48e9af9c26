import { Controller, Get, Logger, type INestApplication } from '@nestjs/common';
import { from, lastValueFrom } from 'rxjs';
import { DataSource } from 'typeorm';
import { QueryBudget } from '../../../src/query-timing/index';
import { openUnit, runUnit } from '../../../src/query-timing/nest/unit-of-work';
import { enforceBudgets, QueryBudgetExceededError } from '../../../src/query-timing/testing';
import { create, listening, unitsModule } from './support/application';

@Controller()
@QueryBudget({ statements: 2 })
class LimitedController {
  constructor(private readonly dataSource: DataSource) {}

  @Get('of-class')
  ofClass() {
    return this.threeStatements();
  }

  @Get('of-handler')
  @QueryBudget({ statements: 3 })
  ofHandler() {
    return this.threeStatements();
  }

  private async threeStatements() {
    for (const n of [1, 2, 3]) await this.dataSource.query(`SELECT 1 AS n${n}`);
  }
}

@Controller('default')
class UnlimitedController {
  constructor(private readonly dataSource: DataSource) {}

  @Get()
  async find() {
    for (const n of [1, 2]) await this.dataSource.query(`SELECT ${n}`);
  }
}

describe('the budget of a request', () => {
  const controllers = [LimitedController, UnlimitedController];
  const { module, closed } = unitsModule({ controllers }, { budget: { statements: 1 } });
  let app: INestApplication;
  let url: string;
  beforeAll(async () => {
    app = await create(module, 'Fastify');
    url = await listening(app);
  });
  afterAll(() => app.close());

  const findingsOf = async (path: string) => {
    await fetch(`${url}/${path}`);
    return (await closed.one()).findings;
  };

  it('is that of its class, unless its handler has one', async () => {
    const exceeded = [{ limit: 'statements', allowed: 2, actual: 3 }];
    expect(await findingsOf('of-class')).toEqual([{ kind: 'exceeded_budget', exceeded }]);
    expect(await findingsOf('of-handler')).toEqual([]);
  });

  it('is the default one without either', async () => {
    const exceeded = [{ limit: 'statements', allowed: 1, actual: 2 }];
    expect(await findingsOf('default')).toEqual([{ kind: 'exceeded_budget', exceeded }]);
  });

  it('is refused if its limits are not numbers', () => {
    expect(() => QueryBudget({ statements: -1 })).toThrow(TypeError);
    expect(() => QueryBudget('5' as never)).toThrow('QueryBudget: expected an object of limits');
  });
});

describe('the budget of a request, where budgets are enforced', () => {
  const { module } = unitsModule({ controllers: [LimitedController] }, { budget: { statements: 1 } });
  let app: INestApplication;
  let url: string;
  beforeAll(async () => {
    enforceBudgets(true);
    app = await create(module, 'Express');
    url = await listening(app);
  });
  afterAll(async () => {
    enforceBudgets(false);
    await app.close();
  });

  it('fails the request before its response is sent, with an error that lists the statements', async () => {
    const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation();
    expect((await fetch(`${url}/of-class`)).status).toBe(500);
    const error = logged.mock.calls.flat().find((argument) => argument instanceof QueryBudgetExceededError);
    expect(error?.message.split('\n')).toEqual([
      '"GET /of-class" exceeded its budget: 3 statements, allowed 2',
      ...[1, 2, 3].map((n) => `     1 x SELECT ? AS n${n}`),
    ]);
    logged.mockRestore();
    expect((await fetch(`${url}/of-handler`)).status).toBe(200);
  });

  it('fails other work, too, however it returns its result', async () => {
    const dataSource = app.get(DataSource);
    const asked = (statements: number) =>
      Promise.all(Array.from({ length: statements }, () => dataSource.query('SELECT 1')));
    const unit = <T>(work: () => T) => runUnit(openUnit('JOB nightly'), work);
    await expect(unit(() => asked(2))).rejects.toBeInstanceOf(QueryBudgetExceededError);
    await expect(lastValueFrom(unit(() => from(asked(2))))).rejects.toBeInstanceOf(QueryBudgetExceededError);
    await expect(unit(() => asked(1))).resolves.toHaveLength(1);
  });
});
