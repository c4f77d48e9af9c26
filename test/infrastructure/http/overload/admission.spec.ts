import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Admission } from '../../../../src/infrastructure/http/overload/admission';
import { oldGenerationAfter } from '../../../support/old-generation';

const response = () => Object.assign(new EventEmitter(), { body: Array(1_000).fill(0) }) as unknown as ServerResponse;
const admissionOf = (maxInProgress: number) => new Admission({ maxInProgress, maxEventLoopLagMs: 0 });

it('a request is in progress until its response begins or its client leaves, and is counted once', () => {
  const admission = admissionOf(2);
  const [first, second] = [response(), response()];
  admission.begin(first);
  expect(admission.refusal).toBeUndefined();
  admission.begin(second);
  expect(admission.refusal).toBe('in_progress');
  admission.end(first);
  first.emit('close');
  admission.end(response());
  expect(admission.refusal).toBeUndefined();
  admission.begin(response());
  expect(admission.refusal).toBe('in_progress');
  second.emit('close');
  expect(admission.refusal).toBeUndefined();
});

it('a response that has begun does not reach the old generation', async () => {
  const inProgress: ServerResponse[] = [];
  const requestsTo = (admission: Admission) => () => {
    const responses = Array.from({ length: 50 }, response);
    for (const begun of responses) {
      admission.begin(begun);
      inProgress.push(begun);
      if (inProgress.length > 8) admission.end(inProgress.shift()!);
    }
    return Promise.resolve(responses);
  };
  const dropped = await oldGenerationAfter(requestsTo(admissionOf(100)));
  const kept = await oldGenerationAfter(requestsTo(admissionOf(100)), { isHeld: true });
  expect(dropped).toBeLessThan(kept / 10);
});
