import { PassThrough } from 'node:stream';
import { UsageError } from '../../tools/command-line';
import { Questions } from '../../maintainers/template/questions';

/** A terminal at which each reply is typed when its question has been printed. */
function aTerminal(replies: readonly string[]) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const left = [...replies];
  let text = '';
  output.on('data', (part) => {
    text += String(part);
    if (!text.endsWith(': ')) return;
    const reply = left.shift();
    if (reply === undefined) input.end();
    else input.write(`${reply}\n`);
  });
  const questions = new Questions(input, output);
  return { questions, printed: () => text, left: () => left };
}

describe('the questions of template:init', () => {
  it('make the choices', async () => {
    const { questions } = aTerminal(['my-service', '@acme', 'y']);
    expect(await questions.choices('template')).toEqual({ name: 'my-service', scope: '@acme', keepSample: true });
    questions.close();
  });

  it('check each reply when it is given, and ask for it again', async () => {
    const replies = ['', 'My Service', 'template', 'my-service', 'acme', '', 'perhaps', ''];
    const { questions, printed, left } = aTerminal(replies);
    expect(await questions.choices('template')).toEqual({ name: 'my-service', scope: undefined, keepSample: false });
    questions.close();
    expect(left()).toEqual([]);
    const mistakes = [
      'A name is required',
      "'My Service' is not",
      "'template' is the template",
      "'acme' is not",
      'Write y or n',
    ];
    const places = mistakes.map((mistake) => printed().indexOf(mistake));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual([...places].sort((one, other) => one - other));
  });

  it('ask for a confirmation, which is the default', async () => {
    for (const [reply, confirmed] of [
      ['', true],
      ['y', true],
      ['n', false],
    ] as const) {
      const { questions } = aTerminal([reply]);
      expect(await questions.confirm()).toBe(confirmed);
      questions.close();
    }
  });

  it('change nothing when the input ends', async () => {
    const { questions } = aTerminal(['my-service']);
    await expect(questions.choices('template')).rejects.toThrow(UsageError);
  });
});
