import type { ResponseFlag } from './entry.ts';

/** The side of the caller, and streams that ended by themselves (Envoy, "Access log operators", RESPONSE_FLAGS). */
export const DOWNSTREAM_FLAGS: readonly ResponseFlag[] = [
  {
    name: 'DC',
    longName: 'DownstreamConnectionTermination',
    failure: false,
    seen: 'status 0: no answer was sent',
    meaning: 'The client closed its connection before it had the answer.',
    checks: [
      'How long had it waited? Many DC of one duration are a timeout of the client: then the server is too slow for it.',
      "Was the client restarted? A client's own sidecar also logs DC when its application goes.",
      'Browsers and load generators leave too: a few DC are normal.',
    ],
    confusion: 'UT is the proxy that waits no longer; DC is the client. DR reset one stream, DC closed the connection.',
  },
  {
    name: 'DR',
    longName: 'DownstreamRemoteReset',
    failure: true,
    seen: 'status 0: no answer was sent',
    meaning: 'The client reset this one stream (HTTP/2 RST_STREAM): it cancelled the request.',
    checks: ['gRPC: did the deadline of the client pass, or did it cancel? Then the server is too slow for it.'],
    confusion: 'DC closed the whole connection; DR one stream of it.',
  },
  {
    name: 'DPE',
    longName: 'DownstreamProtocolError',
    failure: true,
    seen: 'HTTP 400, 431',
    meaning: 'What the client sent is not the HTTP that the proxy expects.',
    checks: [
      'Is HTTP sent to a TLS port, or TLS to an HTTP port? See how the port is named.',
      'http1.headers_too_large: too many cookies, or a huge token.',
      'Is the client one that speaks HTTP as it should? Scanners do not.',
    ],
    confusion: 'UPE is the same mistake on the side of the server.',
  },
  {
    name: 'IH',
    longName: 'InvalidEnvoyRequestHeaders',
    failure: true,
    seen: 'HTTP 400',
    meaning: 'The client sent x-envoy-* headers with values that make no sense.',
    checks: ['Which header? It stands in the braces of request_headers_failed_strict_check.', 'Which client sends it?'],
  },
  {
    name: 'SI',
    longName: 'StreamIdleTimeout',
    failure: true,
    seen: 'HTTP 408 or 504',
    meaning: 'Nothing was sent on the stream for longer than the idle timeout.',
    checks: [
      'Who set the timeout? Istio switches the stream idle timeout off; look for an EnvoyFilter or a route.',
      'Is it a long-lived stream (WebSocket, gRPC) that sends no keep-alive?',
    ],
    confusion: 'UT waits for the answer to begin; SI for the next byte of a stream.',
  },
  {
    name: 'DT',
    longName: 'DurationTimeout',
    failure: false,
    seen: 'any HTTP status, TCP',
    meaning: 'The connection reached its longest duration and was closed, as it was told to.',
    checks: ['Is the limit meant? DestinationRule connectionPool.tcp.maxConnectionDuration.'],
    confusion: 'No timeout of a request: that is UT.',
  },
  {
    name: 'LR',
    longName: 'LocalReset',
    failure: true,
    seen: 'HTTP 503',
    meaning: 'This proxy itself reset the stream to the server.',
    checks: [
      'What do the response code details say?',
      'Was the proxy draining just then (a roll-out, a pod that ends)?',
      'istioctl proxy-config log POD --level http:debug,router:debug for a minute; then set it back.',
    ],
    confusion: 'UR is a reset by the server; LR one by the proxy that writes the line.',
  },
];
