import { createBreather } from '../breathe.ts';
import { type AnswerRows, createAnswerRows, type SyncAnswer } from './answer-rows.ts';
import { MAX_ROW_BYTES } from './ask.ts';
import { AskError } from './ask-error.ts';
import { createArrayCutter } from './cut-array.ts';

/** How much is cut before others get their turn. */
const PIECE_BYTES = 1 << 16;

/**
 * Answers of `/debug/syncz` that were saved, one or several one after the other, as a loop over istiods leaves them.
 * @param chunks a file or a pipe
 * @throws AskError where the text is not such answers
 */
export async function readRecorded(
  chunks: AsyncIterable<Uint8Array>,
  limitBytes: number,
): Promise<readonly SyncAnswer[]> {
  const breathe = createBreather();
  const finished: AnswerRows[] = [];
  let rows = createAnswerRows(limitBytes);
  const cutter = createArrayCutter(
    {
      element: (value) => rows.element(value),
      oversized: () => rows.oversized(),
      document() {
        finished.push(rows);
        rows = createAnswerRows(limitBytes);
      },
    },
    { maxElementBytes: MAX_ROW_BYTES },
  );
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > limitBytes) throw tooLarge(limitBytes);
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      cutter.push(chunk.subarray(at, at + PIECE_BYTES));
      await breathe();
    }
  }
  cutter.end();
  return Promise.all(finished.map((each) => each.finish()));
}

function tooLarge(limitBytes: number): AskError {
  return new AskError({ code: 'too_large', limitBytes, detail: `the text is longer than ${limitBytes} bytes` });
}
