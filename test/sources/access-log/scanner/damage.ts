import type { Random } from '../../../../bench/random.ts';

/** Ways in which a log line can be other than it should: by accident, by another format, by a client's hand. */
type Damage = (line: string, random: Random) => string;

const anywhere: readonly Damage[] = [
  (line, random) => line.slice(0, random.below(line.length)),
  (line, random) => line.slice(random.below(line.length)),
  (line, random) => insert(line, random, '"'),
  (line, random) => insert(line, random, '" "'),
  (line, random) => insert(line, random, ' '),
  (line, random) => insert(line, random, '\t'),
  (line, random) => insert(line, random, '\\'),
  (line, random) => insert(line, random, '\0'),
  (line, random) => insert(line, random, '\r'),
  (line, random) => insert(line, random, '\u007f'),
  (line, random) => insert(line, random, 'é'),
  (line, random) => insert(line, random, '\u2028'),
  (line, random) => insert(line, random, '-'),
  (line, random) => insert(line, random, '\n'),
  (line, random) => remove(line, random, 1),
  (line, random) => remove(line, random, 1 + random.below(40)),
  (line, random) => replaceOne(line, random, ' ', '  '),
  (line, random) => replaceOne(line, random, ' ', ''),
  (line, random) => replaceOne(line, random, '-', ''),
  (line, random) => replaceOne(line, random, '"', ''),
  (line) => `${line}\r`,
  (line) => `${line} `,
  (line) => ` ${line}`,
  (line) => line + line,
  () => '',
  () => '\ufeff',
];

const times: readonly Damage[] = [
  (line) => line.replace(/2026-08/, '2026-13'),
  (line) => line.replace(/2026-08-01/, '2026-02-30'),
  (line) => line.replace(/2026-08-01/, '2024-02-29'),
  (line) => line.replace(/2026-08-01/, '2027-01-01'),
  (line) => line.replace(/T09:/, 'T24:'),
  (line) => line.replace(/T09:/, 't09:'),
  (line) => line.replace(/(T\d\d:\d\d):\d\d/, '$1:60'),
  (line) => line.replace(/\.\d{3}Z/, 'Z'),
  (line) => line.replace(/\.\d{3}Z/, '.123456Z'),
  (line) => line.replace(/Z/, '+02:00'),
];

const text: readonly Damage[] = [
  (line) =>
    line.replace(/ "([^"]*)" "([^"]*)" "([^"]*)" "([^"]*)" "([^"]*)" /, ' "$1" "a "quoted" one" "$3" "$4" "$5" '),
  // A client that writes the rest of a line of its own into its user agent.
  (line) =>
    line.replace(
      / "([^"]*)" "[^"]*" "([^"]*)" "([^"]*)" "([^"]*)" /,
      ' "$1" "x" "id" "evil.example" "10.0.0.1:80" outbound|80||evil.example - - - - evil" "$2" "$3" "$4" ',
    ),
  (line) => line.replace(/"([^"]*)" ([^"]*)$/, '"$1" outbound|80|| $2'),
  (line) => line.replace(/" (\d+) /, '" - '),
  (line) => line.replace(/" (\d+) /, '" 2O0 '),
  (line) => line.replace(/" (\d+) /, '" 99999 '),
  (line) => line.replace(/" (\d+) (\d+) (\d+) /, '" $1 - $3 '),
  (line) => line.replace(/ (\d+) (\S+) "/, ' - - "'),
  (line) => line.replace(/ via_upstream - /, ' '),
  (line) => line.replace(/ via_upstream - /, ' - some termination details with blanks '),
  (line) => line.replace(/ via_upstream /, ' via_\u00fcpstream '),
  (line) => line.replace(/ - "-" /, ' - "" '),
  (line) => line.replace(/ - "-" /, ' - "TLS_error:|268435581:SSL routines:OPENSSL_internal" '),
  (line) => line.replace(/cluster\.local /, 'cluster.local; '),
  (line) => line.replace(/inbound\|(\d+)\|\| /, 'inbound|$1||; '),
  (line) => line.replace(/outbound\|\S+ /, 'PassthroughCluster '),
  (line) => line.replace(/outbound\|\S+ /, '- '),
  (line) => line.replace(/outbound\|\S+ /, '; '),
  (line) => line.replace(/outbound\|\S+ /, 'outbound| '),
  (line) => line.replace(/service-\d+\.\w+:\d+"/, '"'),
  (line) => line.replace(/service-\d+\.\w+:\d+"/, `${'a'.repeat(3000)}"`),
  (line) => line.replace(/service-\d+\.\w+:\d+"/, 'evil"'),
  (line) => line.replace(/\?id=/, `?${'x'.repeat(20_000)}=`),
  (line) => line.replace(/"(\S+) (\S+) (\S+)"/, '"$1 /a path with blanks $3"'),
  (line) => line.replace(/"(\S+) (\S+) (\S+)"/, '"$1"'),
  (line) => line.replace(/"(\S+) (\S+) (\S+)"/, '"$1 $2 "'),
  (line) => line.replace(/"(\S+) (\S+) (\S+)"/, '"$1  $3"'),
  (line) => line.replace(/ \S+ - "/, ' "'),
  () =>
    '2026-08-01T09:14:03.512387Z\twarning\tenvoy config external/envoy/source/common/config\tsomething "odd"\tthread=23',
  () =>
    '2026-08-01T09:14:03.512387Z\twarn\txdsproxy\tupstream terminated with unexpected error rpc error: code = Unavailable desc = keepalive ping failed to receive ACK within timeout',
  () => '2026-08-01T09:14:03.512387Z\tinfo\tEffective config: binaryPath: /usr/local/bin/envoy',
  () => 'concurrency: 1',
];

const json: readonly Damage[] = [
  (line) => line.replace('"user_agent":"', '"user_agent":"a \\"quoted\\" one '),
  (line) => line.replace('"authority":"', '"authority":"\\u0065vil'),
  (line) => line.replace(/"response_code":(\d+)/, '"response_code":"$1"'),
  (line) => line.replace(/"response_code":(\d+)/, '"response_code":$1.0'),
  (line) => line.replace(/"response_code":(\d+)/, '"response_code":null'),
  (line) => line.replace(/"response_code":(\d+)/, '"response_code":2e2'),
  (line) => line.replace(/"response_code":(\d+)/, '"response_code":0$1'),
  (line) => line.replace(/"response_code":(\d+)/, '"response_code":-$1'),
  (line) => line.replace(/"response_code":(\d+)/, '"response_code":{"code":$1}'),
  (line) => line.replace(/"response_code":(\d+)/, '"response_code":99999999999999999999'),
  (line) => line.replace(/"response_code":(\d+),/, ''),
  (line) => line.replace(/"response_flags":"[^"]*",/, ''),
  (line) => line.replace(/"response_flags":"([^"]*)"/, '"response_flags":null'),
  (line) => line.replace(/"response_flags":"([^"]*)"/, '"response_flags":["$1"]'),
  (line) => line.replace(/"response_flags":"([^"]*)"/, '"response_flags":""'),
  (line) => line.replace(/"response_flags":"([^"]*)"/, '"response_flags":"$1","response_flags":"UH"'),
  (line) => line.replace(/"start_time":"[^"]*",/, ''),
  (line) => line.replace(/"start_time":"[^"]*"/, '"start_time":null'),
  (line) => line.replace(/"start_time":"[^"]*"/, '"start_time":1785575643'),
  (line) => line.replace(/"bytes_sent":(\d+)/, '"bytes_sent":"$1"'),
  (line) => line.replace(/"bytes_sent":(\d+)/, '"bytes_sent":true'),
  (line) => line.replace(/"bytes_sent":(\d+)/, '"bytes_sent":[1,2]'),
  (line) => line.replace(/"bytes_sent":(\d+)/, '"bytes_sent":1,2'),
  (line) => line.replace(/"bytes_sent":(\d+)/, '"bytes_sent":'),
  (line) => line.replace(/"upstream_cluster":"[^"]*"/, '"upstream_cluster":null'),
  (line) => line.replace(/"upstream_cluster":"[^"]*"/, '"upstream_cluster":"-"'),
  (line) => line.replace(/"upstream_cluster":"[^"]*"/, '"upstream_cluster":""'),
  (line) => line.replace(/"upstream_cluster":"([^"]*)"/, '"upstream_cluster":"$1;"'),
  (line) => line.replace(/"authority":"[^"]*"/, '"authority":null'),
  (line) => line.replace(/"authority":"[^"]*"/, '"authority":"-"'),
  (line) => line.replace(/"authority":"[^"]*"/, '"authority":""'),
  (line) => line.replace(/"authority":"[^"]*",/, ''),
  (line) => line.replace(/"\w+":null,/, ''),
  (line) => line.replace(/"\w+":null,/g, ''),
  (line) => line.replace(/:null/g, ':"-"'),
  (line) => line.replace(/null/, 'nul'),
  (line) => line.replace('{', '{"trace_id":"0af7651916cd43dd8448eb211c80319c",'),
  (line) => line.replace('{', '{ '),
  (line) => line.replace(/,/g, ', '),
  (line) => line.replace(/}$/, ',}'),
  (line) => line.replace(/}$/, '} '),
  (line) => line.replace(/}$/, ']'),
  (line) => line.replace('"path"', '"pathé"'),
  (line) => `[${line}]`,
  (line, random) => shuffled(line, random),
  (line, random) => shuffled(line, random),
  () => '{}',
  () =>
    '{"level":"warn","time":"2026-08-01T09:14:03.512387Z","scope":"xdsproxy","msg":"upstream terminated with unexpected error"}',
];

const framed: readonly Damage[] = [
  (line) => line.replace(' stdout ', ' stderr '),
  (line) => line.replace(' stdout ', ' stdin '),
  (line) => line.replace(' F ', ' F:tag '),
  (line) => line.replace(' F ', ' X '),
  (line) => line.replace(' F ', '  F '),
  (line) => line.replace(' F ', ' '),
  (line) => line.replace(/ F .*/, ' F'),
  (line) => line.replace(/ F .*/, ' F '),
  (line) => line.replace(' F ', ' P '),
  (line) => line.replace(/^\S+Z/, '2026-08-01T11:14:03.5+02:00'),
  (line) => line.replace(/^\S+Z/, '2026-08-01T09:14:03Z'),
  (line) => line.replace(/^\S+Z/, '2026-08-01T09:14:03.512387Z'),
  (line) => line.replace(/^\S+ /, ''),
  (line, random) => split(line, random, 'stdout'),
  (line, random) => split(line, random, 'stdout'),
  (line, random) => split(line, random, 'stderr'),
];

export const DAMAGES: Readonly<Record<'text' | 'cri' | 'json', readonly Damage[]>> = {
  text: [...anywhere, ...times, ...text],
  cri: [...anywhere, ...times, ...text, ...framed],
  json: [...anywhere, ...times, ...json],
};

/** As a runtime splits a long line: partial pieces, then the last; at times none comes, or another stream's between. */
function split(line: string, random: Random, stream: string): string {
  const [time = '', , , ...rest] = line.split(' ');
  const message = rest.join(' ');
  const first = random.below(message.length);
  const second = first + random.below(message.length - first);
  const pieces = [message.slice(0, first), message.slice(first, second), message.slice(second)];
  const between = random.pick(['', `${time} stderr F another stream's line\n`, `${time} stdout F one that cuts in\n`]);
  const last = random.pick(['F', 'F', 'F', 'P']);
  return `${time} ${stream} P ${pieces[0]}\n${between}${time} ${stream} P ${pieces[1]}\n${time} ${stream} ${last} ${pieces[2]}`;
}

function shuffled(line: string, random: Random): string {
  if (!line.startsWith('{')) return line;
  const fields = line.slice(1, -1).split(/,(?="\w+":)/);
  for (let index = fields.length - 1; index > 0; index--) {
    const other = random.below(index + 1);
    [fields[index], fields[other]] = [fields[other] ?? '', fields[index] ?? ''];
  }
  return `{${fields.join(',')}}`;
}

function insert(line: string, random: Random, what: string): string {
  const at = random.below(line.length + 1);
  return line.slice(0, at) + what + line.slice(at);
}

function remove(line: string, random: Random, count: number): string {
  const at = random.below(line.length);
  return line.slice(0, at) + line.slice(at + count);
}

function replaceOne(line: string, random: Random, what: string, by: string): string {
  const parts = line.split(what);
  if (parts.length < 2) return line;
  const at = 1 + random.below(parts.length - 1);
  return parts.slice(0, at).join(what) + by + parts.slice(at).join(what);
}
