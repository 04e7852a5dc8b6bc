import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type AccessLine, jsonLine, textLine } from '../../../src/demo/traffic/access-line.ts';

function linesOf(name: string): string[] {
  return readFileSync(new URL(`../../fixtures/accesslog/${name}`, import.meta.url), 'utf8')
    .split('\n')
    .filter(Boolean);
}

/** A recorded JSON line as a line to be written. */
function read(json: string): AccessLine {
  const fields = JSON.parse(json) as Record<string, string | number | null>;
  const or = (key: string): string | undefined => (fields[key] === null ? undefined : String(fields[key]));
  return {
    startMs: Date.parse(String(fields['start_time'])),
    method: or('method'),
    path: or('path'),
    protocol: or('protocol'),
    code: Number(fields['response_code']),
    flags: String(fields['response_flags']),
    details: or('response_code_details'),
    termination: or('connection_termination_details'),
    transportFailure: or('upstream_transport_failure_reason'),
    received: Number(fields['bytes_received']),
    sent: Number(fields['bytes_sent']),
    duration: Number(fields['duration']),
    upstreamTime: fields['upstream_service_time'] === null ? undefined : Number(fields['upstream_service_time']),
    forwardedFor: or('x_forwarded_for'),
    userAgent: or('user_agent'),
    requestId: or('request_id'),
    authority: or('authority'),
    upstreamHost: or('upstream_host'),
    upstreamCluster: or('upstream_cluster'),
    upstreamLocal: or('upstream_local_address'),
    downstreamLocal: String(fields['downstream_local_address']),
    downstreamRemote: String(fields['downstream_remote_address']),
    sni: or('requested_server_name'),
    route: or('route_name'),
  };
}

test('a real Envoy wrote each of these requests in both formats: so do we, to the letter', () => {
  const json = linesOf('one-each.json.log');
  const text = linesOf('one-each.text.log');
  assert.equal(json.length, 51);
  const byId = new Map(text.map((line) => [line.replace(/^\[[^\]]*\] /, ''), line]));
  for (const line of json) {
    const own = read(line);
    assert.equal(jsonLine(own), JSON.stringify(JSON.parse(line)));
    const written = textLine(own);
    assert.ok(byId.has(written.replace(/^\[[^\]]*\] /, '')), written);
  }
});
