import type { Random } from '../random.ts';

/** What a client can do to a line of text through its headers and its path, and what else stands in a sidecar's log. */
const FORGERIES: readonly ((line: string, random: Random) => string)[] = [
  // Quotes of its own.
  (line) => withUserAgent(line, 'Mozilla/5.0 (compatible; "scanner" 1.0)'),
  // Letters that are not ASCII.
  (line) => withUserAgent(line, 'Überwachung/2.1 (état; 監視)'),
  // The end of another line in its user agent, so that its own stands behind.
  (line) =>
    withUserAgent(
      line,
      'x" "1" "evil.example" "10.0.0.1:80" outbound|80|v9|evil.example 1.2.3.4:5 6.7.8.9:10 - - evil',
    ),
  // A whole other request in its path.
  (line) => line.replace(/ \/\S* /, ' /a" 503 UH no_healthy_upstream - "-" 0 0 0 - "-" "x" "y" "evil.example" '),
  // A name nobody has heard before, where the name may decide the destination.
  (line, random) =>
    line.replace(/"[^"]*" "[^"]*" \S+ (\S+ \S+ \S+ \S+ \S+)$/m, `"host-${random.below(1e9)}.example" "-" - $1`),
  // Two header values that end in quotes and blanks.
  (line) => withUserAgent(line, '" "').replace('HTTP/1.1"', 'HTTP/1.1 "'),
  // Cut off, as at the end of a node's disk.
  (line, random) => `${line.slice(0, random.below(line.length - 1))}\n`,
  // The proxy's own log shares the stream.
  () => '2026-08-01T09:14:03.512387Z\twarning\tenvoy config external/envoy/source/x.cc:1\tgRPC "odd"\tthread=23\n',
];

/** One way or another, at random; with its line break. */
export function forgedLine(line: string, random: Random): string {
  return random.pick(FORGERIES)(line, random);
}

function withUserAgent(line: string, userAgent: string): string {
  // Method, transport failure and forwarded-for stand in quotes before it.
  return line.replace(/^((?:[^"]*"[^"]*"){3} ")[^"]*/, (_whole, before: string) => before + userAgent);
}
