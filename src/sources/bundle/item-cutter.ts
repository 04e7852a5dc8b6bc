import { EntryProblem, tooLarge } from './whole-text.ts';

/** Takes a text apart where `kubectl get -o yaml` puts one item of its list after the other. */
export interface ItemCutter {
  push(line: string): void;
  end(): void;
}

export interface ItemHandlers {
  /** The text of one item, as a document of its own. */
  item(text: string): void;
  /** The whole text, where it is no such list. */
  whole(text: string): void;
}

/** etcd takes no object of more than 1.5 MiB. */
const MAX_ITEM_CHARS = 8 * 1024 ** 2;
/** What is no list has to be read as one piece. */
const MAX_WHOLE_CHARS = 32 * 1024 ** 2;
/** `apiVersion`, `items`: kubectl sorts its keys. */
const HEAD_LINES = 4;

/** A cluster's objects have hundreds of megabytes: each is parsed by itself, and most need not be parsed at all. */
export function createItemCutter({ item, whole }: ItemHandlers): ItemCutter {
  let mode: 'head' | 'list' | 'behind' | 'whole' = 'head';
  let lines: string[] = [];
  let chars = 0;
  const keep = (line: string, most: number): void => {
    chars += line.length + 1;
    if (chars > most) throw mode === 'whole' ? tooLarge(most) : new EntryProblem('it holds an object of over 8 MiB');
    lines.push(line);
  };
  const flush = (): void => {
    if (lines.length > 0) item(lines.join('\n'));
    lines = [];
    chars = 0;
  };
  const head = (line: string): void => {
    const isItem = line.startsWith('- ') && lines.at(-1) === 'items:';
    if (isItem) {
      mode = 'list';
      lines = [];
      chars = 0;
      inList(line);
      return;
    }
    if (lines.length >= HEAD_LINES) mode = 'whole';
    keep(line, MAX_WHOLE_CHARS);
  };
  const inList = (line: string): void => {
    if (line.startsWith('- ')) {
      flush();
      keep(line.slice(2), MAX_ITEM_CHARS);
    } else if (line === '' || line.startsWith('  ')) keep(line.slice(2), MAX_ITEM_CHARS);
    else {
      flush();
      mode = 'behind';
    }
  };
  return {
    push(line) {
      if (mode === 'head') head(line);
      else if (mode === 'list') inList(line);
      else if (mode === 'whole') keep(line, MAX_WHOLE_CHARS);
      // A second document behind the list is nothing that kubectl writes.
      else if (line.startsWith('---')) throw new EntryProblem('it has another document behind its list');
    },
    end() {
      if (mode === 'list') flush();
      else if (mode !== 'behind' && lines.some((line) => line.trim() !== '')) whole(lines.join('\n'));
    },
  };
}
