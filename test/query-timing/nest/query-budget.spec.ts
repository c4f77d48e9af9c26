import { Controller, Get, type INestApplication } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { QueryBudget } from '../../../src/query-timing/index';
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
