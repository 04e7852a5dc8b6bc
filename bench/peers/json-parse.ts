import { closeSync, openSync, readSync } from 'node:fs';
import process from 'node:process';

/**
 * Counts a JSON access log the plain quick way: big chunks, one string each, JSON.parse on every line, a Map of counts.
 * What a careful person writes before writing a scanner; the output is that of `access.awk`.
 */
interface AccessLine {
  readonly response_code: number;
  readonly response_flags: string;
  readonly response_code_details: string | null;
  readonly authority: string | null;
  readonly upstream_cluster: string | null;
  readonly route_name: string | null;
}

const CHUNK_BYTES = 4 << 20;
const LINE_BREAK = 10;

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error('usage: json-parse.ts FILE');
const counts = new Map<string, number>();
let unparsed = 0;
countFile(path);
let output = '';
for (const [key, count] of counts) output += `${count}\t${key}\n`;
process.stdout.write(`${output}${unparsed}\tunparsed\n`);

function countFile(file: string): void {
  const fd = openSync(file, 'r');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let offset = 0;
  for (;;) {
    const length = readSync(fd, chunk, 0, CHUNK_BYTES, offset);
    const end = chunk.lastIndexOf(LINE_BREAK, length - 1) + 1;
    if (length === 0 || end === 0) break;
    for (const line of chunk.toString('utf8', 0, end - 1).split('\n')) countLine(line);
    offset += end;
  }
  closeSync(fd);
}

function countLine(line: string): void {
  try {
    const { response_code, response_flags, response_code_details, authority, upstream_cluster, route_name } =
      JSON.parse(line) as AccessLine;
    const key = `${response_code} ${response_flags} ${response_code_details}\t${authority}\t${upstream_cluster}\t${route_name}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  } catch {
    unparsed++;
  }
}
