import { type FileHandle, open, stat } from 'node:fs/promises';

/** Reads one container's log file, and the file that takes its place after a rotation. */
export interface LogReader {
  /** What was written since the last call, up to the last whole line; `''` when there is nothing new. */
  read(): Promise<string>;
  close(): Promise<void>;
}

const READ_BYTES = 64 * 1024;

export function createLogReader(file: string): LogReader {
  let handle: FileHandle | undefined;
  let position = 0;
  const readOn = async (): Promise<string> => {
    if (handle === undefined) return '';
    const text = await readLines(handle, position);
    position += Buffer.byteLength(text);
    return text;
  };
  return {
    async read() {
      const text = await readOn();
      if (text !== '') return text;
      // Only once a file is read to its end does the next one come: rotation loses nothing.
      const next = await successor(file, handle);
      if (next === undefined) return '';
      await handle?.close();
      handle = next;
      position = 0;
      return readOn();
    },
    close: async () => handle?.close(),
  };
}

/** Everything from a position on, up to the last whole line. */
async function readLines(handle: FileHandle, position: number): Promise<string> {
  const chunks: Buffer[] = [];
  for (let at = position; ; ) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(READ_BYTES), 0, READ_BYTES, at);
    if (bytesRead === 0) break;
    chunks.push(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
  const all = Buffer.concat(chunks);
  return all.subarray(0, all.lastIndexOf(0x0a) + 1).toString('utf8');
}

/** The file that now has the name, unless it is the one at hand. */
async function successor(file: string, handle: FileHandle | undefined): Promise<FileHandle | undefined> {
  const there = await stat(file).catch(() => undefined);
  if (there === undefined) return undefined;
  if (handle !== undefined && (await handle.stat()).ino === there.ino) return undefined;
  return open(file).catch(() => undefined);
}
