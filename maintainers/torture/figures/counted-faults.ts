import { runSteps } from '../../demo/faults/demonstrate-faults';
import { isCounted } from '../../demo/faults/report';
import type { Figure, Outcome, Stage } from '../figure';

const WHOLE = 30;

/** The faults of the demo, each with the status that its client must get and the metrics that must count it. */
async function measure(stage: Stage, settings: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const { undo, signal, report } = stage;
  const counted = await runSteps({ undo, signal, report }, settings);
  const wrong = counted.filter((each) => !isCounted(each));
  return {
    value: `${counted.length - wrong.length} of ${counted.length} with the right status and metrics`,
    wrong: wrong.map(({ step, statuses, gains }) => `${step.name}: ${statuses.join(', ')} ${JSON.stringify(gains)}`),
    whole: counted.length >= WHOLE,
    measured: {
      counted: counted.map(({ step: { name, what }, statuses, gains }) => ({ name, what, statuses, gains })),
    },
  };
}

export const countedFaults: Figure = {
  number: 3,
  name: 'faults survived with the right metric',
  target: `${WHOLE} of ${WHOLE}`,
  minutes: 2,
  run: (stage) => measure(stage),
  guard: 'queries are measured',
  control: (stage) => measure(stage, { QUERY_TIMING_ENABLED: 'false' }),
};
