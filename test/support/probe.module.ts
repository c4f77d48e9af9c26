import { Body, Controller, Get, Module, Param, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiOkResponse } from '@nestjs/swagger';
import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import type { Principal } from '../../src/application/shared/principal';
import { RequireScope } from '../../src/infrastructure/auth/auth.decorators';
import { CurrentPrincipal } from '../../src/infrastructure/auth/request-principal';
import { ApiProblems } from '../../src/infrastructure/http/api-problems';
import { Problems } from '../../src/infrastructure/http/problem-table';

type Refused = { readonly kind: 'refused'; readonly name: string };
const problems = {
  refused: { status: 409, title: 'This name is refused', detail: ({ name }: Refused) => `It is ${name}.` },
};
const nameSchema = z.string().min(1).max(16);
const bodySchema = z.strictObject({ name: nameSchema }).meta({ id: 'Probe' });
const responseSchema = z.strictObject({ name: z.string(), subject: z.string() }).meta({ id: 'Probed' });

@ApiBearerAuth()
@Problems(problems)
@Controller('api/v1/probes')
class ProbesController {
  constructor(private readonly dataSource: DataSource) {}

  /** Takes one statement, and refuses the name that is refused. */
  @Get(':name')
  @ApiOkResponse({ standardSchema: responseSchema })
  @ApiProblems(problems, ['refused'], [414])
  read(
    @CurrentPrincipal() principal: Principal,
    @Param('name', { schema: nameSchema }) name: string,
  ): ResultAsync<z.output<typeof responseSchema>, Refused> {
    return ResultAsync.fromSafePromise(this.dataSource.query('SELECT $1::text', [name])).andThen(() =>
      name === 'refused' ? errAsync({ kind: 'refused' as const, name }) : okAsync({ name, subject: principal.subject }),
    );
  }

  @Post()
  @RequireScope('probes:write')
  @ApiCreatedResponse({ standardSchema: responseSchema })
  @ApiProblems(problems, [], [403, 413, 415])
  write(@CurrentPrincipal() principal: Principal, @Body({ schema: bodySchema }) { name }: { name: string }) {
    return okAsync({ name, subject: principal.subject });
  }
}

/** A minimal feature, to test what the service does for every feature. */
@Module({ controllers: [ProbesController] })
export class ProbeModule {}
