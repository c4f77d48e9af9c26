import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Clock } from '../../application/shared/clock';
import { IdGenerator } from '../../application/shared/id-generator';
import { Lifecycle } from './lifecycle';
import { SystemClock } from './system-clock';
import { UuidGenerator } from './uuid-generator';

/** Provides the clock, new ids and the lifecycle of the service to every module. */
@Global()
@Module({})
export class SystemModule {
  static forRoot(lifecycle: Lifecycle): DynamicModule {
    return {
      module: SystemModule,
      providers: [
        { provide: Clock, useClass: SystemClock },
        { provide: IdGenerator, useClass: UuidGenerator },
        { provide: Lifecycle, useValue: lifecycle },
      ],
      exports: [Clock, IdGenerator, Lifecycle],
    };
  }
}
