import { config, namespace, pod, service } from '../../../support/analysis-cases.ts';
import { analysisTable } from '../../../support/analysis-table.ts';

const BASE = [namespace('shop'), pod('shop/web-1', 'app: web'), service('shop/web', 'ports: [{name: http, port: 80}]')];

type Verdict = 'fine' | 'error' | 'warning' | 'both';

/** Specs of one kind, each with what Istio's webhook says of it. */
function specs(
  kind: string,
  cases: readonly (readonly [what: string, spec: string, verdict: Verdict, metadata?: string])[],
): void {
  analysisTable(
    kind,
    ['IST0106', 'IST0133'],
    cases.map(([what, spec, verdict, metadata]) => {
      const path = `${kind}/shop/x`;
      const said = {
        fine: [],
        error: [`IST0106 ${path}`],
        warning: [`IST0133 ${path}`],
        both: [`IST0106 ${path}`, `IST0133 ${path}`],
      }[verdict];
      return [what, [...BASE, config(kind, 'shop/x', spec, metadata)], said] as const;
    }),
  );
}

const route = (rest: string): string => `hosts: [web], http: [{route: [{destination: {host: web}}], ${rest}}]`;

specs('VirtualService', [
  ['plain', route(''), 'fine'],
  ['neither http nor tcp nor tls', 'hosts: [web]', 'error'],
  ['a bad host', 'hosts: ["we b"], http: [{route: [{destination: {host: web}}]}]', 'error'],
  ['an address', 'hosts: [10.0.0.1], http: [{route: [{destination: {host: web}}]}]', 'fine'],
  ['every host of the mesh', 'hosts: ["*"], http: [{route: [{destination: {host: web}}]}]', 'error'],
  ['every host of a gateway', 'hosts: ["*"], gateways: [e], http: [{route: [{destination: {host: web}}]}]', 'fine'],
  ['hosts that overlap', 'hosts: ["*.a.com", x.a.com], http: [{route: [{destination: {host: web}}]}]', 'error'],
  [
    'a gateway named of old',
    'hosts: [a.com], gateways: [e.shop.svc.cluster.local], http: [{route: [{destination: {host: web}}]}]',
    'warning',
  ],
  [
    'a gateway of a bad namespace',
    'hosts: [a.com], gateways: ["Shop_/e"], http: [{route: [{destination: {host: web}}]}]',
    'error',
  ],
  ['redirect and route', route('redirect: {uri: /b}'), 'error'],
  ['redirect alone', 'hosts: [web], http: [{redirect: {uri: /b}}]', 'fine'],
  ['redirect to nowhere', 'hosts: [web], http: [{redirect: {redirectCode: 301}}]', 'error'],
  ['redirect with a code that is none', 'hosts: [web], http: [{redirect: {uri: /b, redirectCode: 200}}]', 'error'],
  ['a direct answer', 'hosts: [web], http: [{directResponse: {status: 503, body: {string: gone}}}]', 'fine'],
  ['a direct answer beside a route', route('directResponse: {status: 503}'), 'error'],
  ['a direct answer of no status', 'hosts: [web], http: [{directResponse: {body: {string: x}}}]', 'error'],
  [
    'a direct answer too long for comfort',
    `hosts: [web], http: [{directResponse: {status: 200, body: {string: ${'x'.repeat(100_001)}}}}]`,
    'warning',
  ],
  ['no action', 'hosts: [web], http: [{match: [{uri: {exact: /}}]}]', 'error'],
  ['a delegate with gateways', 'gateways: [e], http: [{route: [{destination: {host: web}}]}]', 'error'],
  ['a delegate', 'http: [{route: [{destination: {host: web}}]}]', 'fine'],
  ['a delegate that delegates', 'http: [{delegate: {name: y}}]', 'error'],
  ['delegating, and routing', route('delegate: {name: y}'), 'error'],
  ['a regular expression with a lookahead', route("match: [{uri: {regex: '/(?=a)b'}}]"), 'error'],
  ['a regular expression', route("match: [{uri: {regex: '^/v[0-9]+/.*$'}}]"), 'fine'],
  ['an empty prefix of a header', route('match: [{headers: {x: {prefix: ""}}}]'), 'error'],
  ['a header that is none', route('match: [{headers: {"x y": {exact: a}}}]'), 'error'],
  ['claims in the mesh', route('match: [{headers: {"@request.auth.claims.a": {exact: b}}}]'), 'error'],
  ['a port that is none', route('match: [{port: 70000}]'), 'error'],
  ['a fault that does nothing', route('fault: {}'), 'error'],
  ['an abort without a status', route('fault: {abort: {percentage: {value: 5}}}'), 'warning'],
  ['an abort of a status that is none', route('fault: {abort: {httpStatus: 99}}'), 'error'],
  ['a gRPC status', route('fault: {abort: {grpcStatus: UNAVAILABLE}}'), 'fine'],
  ['a gRPC status that is none', route('fault: {abort: {grpcStatus: NOPE}}'), 'error'],
  ['a delay', route('fault: {delay: {fixedDelay: 2s, percentage: {value: 0.1}}}'), 'fine'],
  ['a delay of nothing', route('fault: {delay: {percentage: {value: 5}}}'), 'error'],
  ['a share too small to count', route('fault: {delay: {fixedDelay: 2s, percentage: {value: 0.00001}}}'), 'error'],
  ['retries', route('retries: {attempts: 3, perTryTimeout: 2s, retryOn: "5xx,reset,503"}'), 'fine'],
  ['retries on what nobody knows', route('retries: {attempts: 3, retryOn: 5xxx}'), 'error'],
  ['retries that are off, with a timeout', route('retries: {attempts: 0, perTryTimeout: 2s}'), 'error'],
  ['a timeout of less than a millisecond', route('timeout: 10us'), 'error'],
  ['a timeout of words', route('timeout: soon'), 'error'],
  ['mirrored twice', route('mirror: {host: web}, mirrors: [{destination: {host: web}}]'), 'error'],
  ['a share of old', route('mirror: {host: web}, mirrorPercent: 10'), 'warning'],
  [
    'weights of 0',
    'hosts: [web], http: [{route: [{destination: {host: web}, weight: 0}, {destination: {host: web}, weight: 0}]}]',
    'error',
  ],
  ['a weight below 0', 'hosts: [web], http: [{route: [{destination: {host: web}, weight: -1}]}]', 'error'],
  ['a destination of everything', 'hosts: [web], http: [{route: [{destination: {host: "*"}}]}]', 'error'],
  ['a rewrite of nothing', route('rewrite: {}'), 'error'],
  [
    'a rewrite by regular expression',
    route("rewrite: {uriRegexRewrite: {match: '^/a(.*)$', rewrite: '/b\\1'}}"),
    'fine',
  ],
  ['headers', route('headers: {request: {set: {x-a: b, host: c}, remove: [x-c]}}'), 'fine'],
  ['a header of the protocol’s own, in the answer', route('headers: {response: {set: {":status": "200"}}}'), 'error'],
  ['a percent sign alone', route('headers: {request: {set: {x: "5%"}}}'), 'error'],
  ['the authority twice', route('rewrite: {authority: a}, headers: {request: {set: {host: c}}}'), 'error'],
  ['origins', route("corsPolicy: {allowOrigins: [{regex: '.*'}], allowMethods: [GET], maxAge: 24h}"), 'fine'],
  ['exported to all and some', `${route('')}, exportTo: ["*", shop]`, 'error'],
  ['exported to its own namespace twice', `${route('')}, exportTo: [".", shop]`, 'error'],
  ['exported to nobody', `${route('')}, exportTo: ["~"]`, 'error'],
  [
    'TLS by another host',
    'hosts: [a.com], tls: [{match: [{sniHosts: [b.com]}], route: [{destination: {host: web}}]}]',
    'error',
  ],
  [
    'TLS by a host of a wildcard',
    'hosts: ["*.a.com"], tls: [{match: [{sniHosts: [b.a.com]}], route: [{destination: {host: web}}]}]',
    'fine',
  ],
  [
    'TLS by an address',
    'hosts: [10.0.0.1], tls: [{match: [{sniHosts: [10.0.0.1]}], route: [{destination: {host: web}}]}]',
    'warning',
  ],
  ['TLS without a match', 'hosts: [a.com], tls: [{route: [{destination: {host: web}}]}]', 'error'],
  ['a dry run', route(''), 'error', 'annotations: {istio.io/dry-run: "true"}'],
]);

specs('DestinationRule', [
  ['plain', 'host: web', 'fine'],
  ['a host that is none', 'host: "a b"', 'error'],
  ['a policy of nothing', 'host: web, trafficPolicy: {}', 'error'],
  ['two subsets of one name', 'host: web, subsets: [{name: a}, {name: a}]', 'error'],
  ['a subset whose name is none', 'host: web, subsets: [{name: a_b}]', 'error'],
  ['errors counted as of old', 'host: web, trafficPolicy: {outlierDetection: {consecutiveErrors: 5}}', 'warning'],
  ['a share above all', 'host: web, trafficPolicy: {outlierDetection: {maxEjectionPercent: 101}}', 'error'],
  ['a pool of nothing', 'host: web, trafficPolicy: {connectionPool: {}}', 'error'],
  ['a pool', 'host: web, trafficPolicy: {connectionPool: {tcp: {maxConnections: 1, connectTimeout: 30ms}}}', 'fine'],
  [
    'MUTUAL without a key',
    'host: web, trafficPolicy: {tls: {mode: MUTUAL, clientCertificate: c, caCertificates: a}}',
    'error',
  ],
  [
    'a secret and files',
    'host: web, trafficPolicy: {tls: {mode: SIMPLE, credentialName: s, caCertificates: a}}',
    'error',
  ],
  [
    'shares of localities that are not 100',
    'host: web, trafficPolicy: {loadBalancer: {localityLbSetting: {distribute: [{from: a, to: {a: 90}}]}}}',
    'error',
  ],
  [
    'failover without outlier detection',
    'host: web, trafficPolicy: {loadBalancer: {localityLbSetting: {failover: [{from: a, to: b}]}}}',
    'warning',
  ],
  [
    'a table that is no prime',
    'host: web, trafficPolicy: {loadBalancer: {consistentHash: {maglev: {tableSize: 10}}}}',
    'error',
  ],
  [
    'a ring of old',
    'host: web, trafficPolicy: {loadBalancer: {consistentHash: {httpHeaderName: x, minimumRingSize: 10}}}',
    'warning',
  ],
  ['ports without a port', 'host: web, trafficPolicy: {portLevelSettings: [{tls: {mode: DISABLE}}]}', 'error'],
  ['workloads, and exported', 'host: web, workloadSelector: {matchLabels: {a: b}}, exportTo: ["*"]', 'error'],
  ['all workloads', 'host: web, workloadSelector: {matchLabels: {}}', 'warning'],
]);

const server = (port: string, rest = ''): string =>
  `selector: {app: web}, servers: [{port: {${port}}, hosts: [a.com] ${rest}}]`;
const https = 'number: 443, name: https, protocol: HTTPS';

specs('Gateway', [
  ['plain', server('number: 80, name: http, protocol: HTTP'), 'fine'],
  ['no servers', 'selector: {app: web}', 'error'],
  [
    'a short host',
    'selector: {app: web}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [web]}]',
    'error',
  ],
  [
    'a star for a part of a label',
    'selector: {app: web}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*-a.b.com"]}]',
    'warning',
  ],
  ['a protocol that is none', server('number: 80, name: http, protocol: HTTPX'), 'error'],
  ['a port without a name', server('number: 80, protocol: HTTP'), 'error'],
  [
    'two ports of one name',
    'selector: {app: web}, servers: [{port: {number: 80, name: x, protocol: HTTP}, hosts: [a.com]}, {port: {number: 81, name: x, protocol: HTTP}, hosts: [a.com]}]',
    'error',
  ],
  ['HTTPS without tls', server(https), 'error'],
  ['SIMPLE by a secret', server(https, ', tls: {mode: SIMPLE, credentialName: c}'), 'fine'],
  ['SIMPLE without a certificate', server(https, ', tls: {mode: SIMPLE}'), 'error'],
  ['MUTUAL without an authority', server(https, ', tls: {mode: MUTUAL, serverCertificate: c, privateKey: k}'), 'error'],
  ['ISTIO_MUTUAL with a secret', server(https, ', tls: {mode: ISTIO_MUTUAL, credentialName: c}'), 'error'],
  ['PASSTHROUGH with a secret', server(https, ', tls: {mode: PASSTHROUGH, credentialName: c}'), 'warning'],
  [
    'HTTP with a certificate',
    server('number: 80, name: http, protocol: HTTP', ', tls: {mode: SIMPLE, credentialName: c}'),
    'error',
  ],
  ['HTTP sent to HTTPS', server('number: 80, name: http, protocol: HTTP', ', tls: {httpsRedirect: true}'), 'fine'],
  ['HTTPS sent to HTTPS', server(https, ', tls: {mode: SIMPLE, credentialName: c, httpsRedirect: true}'), 'warning'],
  ['an old version', server(https, ', tls: {mode: SIMPLE, credentialName: c, minProtocolVersion: TLSV1_0}'), 'warning'],
  [
    'a cipher that is none',
    server(https, ', tls: {mode: SIMPLE, credentialName: c, cipherSuites: [ROT13]}'),
    'warning',
  ],
  ['an address to bind to that is none', server('number: 80, name: http, protocol: HTTP', ', bind: here'), 'error'],
]);

const entry = (rest: string): string => `hosts: [a.com], ports: [{number: 443, name: tls, protocol: TLS}], ${rest}`;

specs('ServiceEntry', [
  ['plain', entry('resolution: DNS'), 'fine'],
  ['no hosts', 'ports: [{number: 443, name: tls, protocol: TLS}]', 'error'],
  ['all the world', 'hosts: ["*"], ports: [{number: 443, name: tls, protocol: TLS}]', 'error'],
  ['a block of addresses by DNS', entry('addresses: [10.0.0.0/8], resolution: DNS'), 'error'],
  ['an address that is none', entry('addresses: [10.0.0], resolution: STATIC'), 'error'],
  ['endpoints that nobody resolves', entry('resolution: NONE, endpoints: [{address: 10.0.0.1}]'), 'error'],
  ['an endpoint by name, and STATIC', entry('resolution: STATIC, endpoints: [{address: b.com}]'), 'error'],
  [
    'a wildcard by DNS',
    'hosts: ["*.a.com"], ports: [{number: 443, name: tls, protocol: TLS}], resolution: DNS',
    'error',
  ],
  [
    'two endpoints, one by one',
    entry('resolution: DNS_ROUND_ROBIN, endpoints: [{address: b.com}, {address: c.com}]'),
    'error',
  ],
  [
    'two ports of one number',
    'hosts: [a.com], ports: [{number: 443, name: a, protocol: TLS}, {number: 443, name: b, protocol: TLS}], resolution: DNS',
    'error',
  ],
  [
    'endpoints and a selector',
    entry('resolution: STATIC, endpoints: [{address: 10.0.0.1}], workloadSelector: {labels: {a: b}}'),
    'error',
  ],
  [
    'an endpoint’s port that is none of its own',
    entry('resolution: STATIC, endpoints: [{address: 10.0.0.1, ports: {x: 1}}]'),
    'error',
  ],
  [
    'several hosts of TCP',
    'hosts: [a.com, b.com], addresses: [10.0.0.1], ports: [{number: 1, name: tcp, protocol: TCP}], resolution: STATIC, endpoints: [{address: 10.0.0.2}]',
    'error',
  ],
  ['for nobody', entry('resolution: DNS, exportTo: ["~"]'), 'fine'],
]);

specs('Sidecar', [
  ['plain', 'egress: [{hosts: ["./*"]}]', 'fine'],
  ['nothing', 'workloadSelector: {labels: {app: web}}', 'error'],
  ['no labels', 'workloadSelector: {labels: {}}, egress: [{hosts: ["./*"]}]', 'warning'],
  ['a host without a namespace', 'egress: [{hosts: [web]}]', 'error'],
  ['a short host', 'egress: [{hosts: [./web]}]', 'error'],
  ['a host twice', 'egress: [{hosts: ["./*", "./*"]}]', 'warning'],
  ['all, and one beside it', 'egress: [{hosts: ["*/*", "shop/a.com"]}]', 'warning'],
  [
    'the rest before a port',
    'egress: [{hosts: ["./*"]}, {port: {number: 80, protocol: HTTP, name: http}, hosts: ["./*"]}]',
    'error',
  ],
  [
    'an ingress',
    'ingress: [{port: {number: 80, protocol: HTTP, name: http}, defaultEndpoint: "127.0.0.1:8080"}]',
    'fine',
  ],
  [
    'an ingress to elsewhere',
    'ingress: [{port: {number: 80, protocol: HTTP, name: http}, defaultEndpoint: "10.0.0.1:8080"}]',
    'error',
  ],
  ['an ingress without a port', 'ingress: [{defaultEndpoint: "127.0.0.1:8080"}]', 'error'],
]);

const deny = (rule: string): string => `action: DENY, rules: [{${rule}}]`;

specs('AuthorizationPolicy', [
  ['nothing allowed', 'action: ALLOW', 'fine'],
  ['denied by port', deny('to: [{operation: {ports: ["80"], paths: [/a]}}]'), 'fine'],
  ['denied by path alone', deny('to: [{operation: {paths: [/a]}}]'), 'warning'],
  ['denied by one of two with a port', deny('to: [{operation: {paths: [/a]}}, {operation: {ports: ["80"]}}]'), 'fine'],
  ['denied by token alone', deny('from: [{source: {requestPrincipals: ["*"]}}]'), 'warning'],
  ['denied by namespace', deny('from: [{source: {namespaces: [shop]}}]'), 'fine'],
  [
    'denied by namespace and path',
    deny('from: [{source: {namespaces: [shop]}}], to: [{operation: {paths: [/a]}}]'),
    'warning',
  ],
  ['denied by condition alone', deny('when: [{key: "request.headers[x]", values: [a]}]'), 'fine'],
  ['denied by nothing', 'action: DENY', 'error'],
  ['all denied', 'action: DENY, rules: [{}]', 'fine'],
  ['an empty source', 'rules: [{from: [{source: {}}]}]', 'error'],
  ['no source', 'rules: [{from: [{}]}]', 'error'],
  ['an empty operation', 'rules: [{to: [{operation: {}}]}]', 'error'],
  ['an empty value', 'rules: [{to: [{operation: {paths: [""]}}]}]', 'error'],
  ['a block of addresses that is none', 'rules: [{from: [{source: {ipBlocks: [10.0.0.0/99]}}]}]', 'error'],
  ['a port that is none', 'rules: [{to: [{operation: {ports: [http]}}]}]', 'error'],
  ['a template', 'rules: [{to: [{operation: {paths: ["/a/{*}/b/{**}"]}}]}]', 'fine'],
  ['a template in the wrong order', 'rules: [{to: [{operation: {paths: ["/a/{**}/{*}"]}}]}]', 'error'],
  ['a template with a star', 'rules: [{to: [{operation: {paths: ["/a/{*}/b*"]}}]}]', 'error'],
  ['a condition that nobody knows', 'rules: [{when: [{key: request.header, values: [a]}]}]', 'error'],
  ['a condition without a name', 'rules: [{when: [{key: request.headers, values: [a]}]}]', 'error'],
  ['a condition without values', 'rules: [{when: [{key: source.ip}]}]', 'error'],
  ['a condition of an address that is none', 'rules: [{when: [{key: source.ip, values: [x]}]}]', 'error'],
  ['CUSTOM without a provider', 'action: CUSTOM, rules: [{}]', 'error'],
  [
    'CUSTOM by principal',
    'action: CUSTOM, provider: {name: p}, rules: [{from: [{source: {principals: [a]}}]}]',
    'error',
  ],
  ['a provider of another action', 'provider: {name: p}, rules: [{}]', 'error'],
  [
    'selector and reference',
    'selector: {matchLabels: {app: web}}, targetRefs: [{kind: Gateway, group: gateway.networking.k8s.io, name: g}]',
    'error',
  ],
  ['a reference to what cannot be one', 'targetRefs: [{kind: Pod, group: "", name: g}]', 'error'],
  ['a reference to a service', 'targetRefs: [{kind: Service, group: "", name: web}]', 'fine'],
  ['a star in the selector', 'selector: {matchLabels: {app: "*"}}', 'error'],
  ['a dry run', 'rules: [{}]', 'fine', 'annotations: {istio.io/dry-run: "true"}'],
  ['a dry run of words', 'rules: [{}]', 'error', 'annotations: {istio.io/dry-run: yes please}'],
  ['a dry run of AUDIT', 'action: AUDIT, rules: [{}]', 'error', 'annotations: {istio.io/dry-run: "true"}'],
]);

specs('RequestAuthentication', [
  ['plain', 'jwtRules: [{issuer: me, jwksUri: "https://a.com/keys"}]', 'fine'],
  ['nobody', 'jwtRules: [{}]', 'error'],
  ['a URL that is none', 'jwtRules: [{issuer: me, jwksUri: here}]', 'error'],
  ['a URL of a file', 'jwtRules: [{issuer: me, jwksUri: "file:///keys"}]', 'error'],
  ['keys', `jwtRules: [{issuer: me, jwks: '{"keys":[{"kty":"RSA","n":"x","e":"AQAB"}]}'}]`, 'fine'],
  ['keys that are no JSON', 'jwtRules: [{issuer: me, jwks: "{"}]', 'error'],
  ['an empty audience', 'jwtRules: [{issuer: me, audiences: [""]}]', 'error'],
  ['a header without a name', 'jwtRules: [{issuer: me, fromHeaders: [{prefix: x}]}]', 'error'],
  ['a claim put into no header', 'jwtRules: [{issuer: me, outputClaimToHeaders: [{claim: a}]}]', 'error'],
]);

specs('PeerAuthentication', [
  ['plain', 'mtls: {mode: STRICT}', 'fine'],
  ['ports of nobody', 'portLevelMtls: {8080: {mode: DISABLE}}', 'error'],
  ['ports of some', 'selector: {matchLabels: {app: web}}, portLevelMtls: {8080: {mode: DISABLE}}', 'fine'],
  ['a port that is none', 'selector: {matchLabels: {app: web}}, portLevelMtls: {http: {mode: DISABLE}}', 'error'],
]);

specs('Telemetry', [
  ['plain', 'tracing: [{randomSamplingPercentage: 1}]', 'fine'],
  ['tracing twice', 'tracing: [{}, {}]', 'warning'],
  ['more than all', 'tracing: [{randomSamplingPercentage: 101}]', 'error'],
  ['a provider without a name', 'accessLogging: [{providers: [{}]}]', 'error'],
  ['a tag of nothing', 'tracing: [{customTags: {a: {literal: {}}}}]', 'error'],
  ['a tag overridden by nothing', 'metrics: [{overrides: [{tagOverrides: {a: {}}}]}]', 'error'],
  ['a tag taken away', 'metrics: [{overrides: [{tagOverrides: {a: {operation: REMOVE}}}]}]', 'fine'],
]);

specs('WasmPlugin', [
  ['an image', 'url: "registry:5000/a/b:1"', 'fine'],
  ['an image, said so', 'url: "oci://registry/a"', 'fine'],
  ['by FTP', 'url: "ftp://a.com/x.wasm"', 'error'],
  ['from nowhere', 'phase: AUTHN', 'error'],
  ['a hash that is none', 'url: "https://a.com/x.wasm", sha256: abc', 'error'],
  ['a variable twice', 'url: a, vmConfig: {env: [{name: A, value: x}, {name: A, value: y}]}', 'error'],
]);

specs('WorkloadEntry', [
  ['an address', 'address: 10.0.0.1', 'fine'],
  ['a name', 'address: vm.a.com', 'fine'],
  ['none', 'labels: {a: b}', 'error'],
  ['none, in another network', 'network: n', 'fine'],
  ['a port that is none', 'address: 10.0.0.1, ports: {http: 0}', 'error'],
]);

specs('WorkloadGroup', [
  ['plain', 'template: {serviceAccount: a}', 'fine'],
  ['without a template', 'metadata: {labels: {a: b}}', 'error'],
  ['with the address of one', 'template: {address: 10.0.0.1}', 'error'],
  ['a probe of nothing', 'template: {}, probe: {periodSeconds: 1}', 'error'],
  ['a probe', 'template: {}, probe: {httpGet: {port: 80}}', 'fine'],
]);

specs('ProxyConfig', [
  ['plain', 'concurrency: 2', 'fine'],
  ['less than none', 'concurrency: -1', 'error'],
]);

const patch = (spec: string): string => `configPatches: [{${spec}}]`;

specs('EnvoyFilter', [
  ['any', patch('applyTo: CLUSTER, patch: {operation: MERGE, value: {a: b}}'), 'warning'],
  ['of nothing', patch('patch: {operation: MERGE, value: {a: b}}'), 'both'],
  ['without a patch', patch('applyTo: CLUSTER'), 'both'],
  ['nothing to add', patch('applyTo: CLUSTER, patch: {operation: ADD}'), 'both'],
  [
    'a cluster by listener',
    patch('applyTo: CLUSTER, match: {listener: {portNumber: 80}}, patch: {operation: MERGE, value: {a: b}}'),
    'both',
  ],
  [
    'a version that is none',
    patch("applyTo: CLUSTER, match: {proxy: {proxyVersion: '('}}, patch: {operation: MERGE, value: {a: b}}"),
    'both',
  ],
  [
    'a filter without a name',
    patch(
      'applyTo: NETWORK_FILTER, match: {listener: {filterChain: {filter: {}}}}, patch: {operation: MERGE, value: {a: b}}',
    ),
    'both',
  ],
  [
    'a filter in the wrong filter',
    patch(
      'applyTo: HTTP_FILTER, match: {listener: {filterChain: {filter: {name: envoy.filters.network.tcp_proxy, subFilter: {name: x}}}}}, patch: {operation: MERGE, value: {a: b}}',
    ),
    'both',
  ],
]);

const balanced = (hash: string): string => `host: web, trafficPolicy: {loadBalancer: {${hash}}}`;

specs('DestinationRule', [
  ['maglev without a table', balanced('consistentHash: {useSourceIp: true, maglev: {}}'), 'error'],
  ['maglev with a prime', balanced('consistentHash: {useSourceIp: true, maglev: {tableSize: 65537}}'), 'fine'],
  ['maglev with no prime', balanced('consistentHash: {useSourceIp: true, maglev: {tableSize: 65536}}'), 'error'],
  [
    'a ring of old beside one',
    balanced('consistentHash: {useSourceIp: true, minimumRingSize: 1, ringHash: {minimumRingSize: 2}}'),
    'both',
  ],
  ['a cookie without a lifetime', balanced('consistentHash: {httpCookie: {name: a}}'), 'fine'],
  ['warming up', balanced('simple: ROUND_ROBIN, warmup: {duration: 30s, minimumPercent: 10, aggression: 1.5}'), 'fine'],
  ['warming up for no time', balanced('simple: ROUND_ROBIN, warmup: {minimumPercent: 10}'), 'error'],
  ['warming up from above all', balanced('simple: ROUND_ROBIN, warmup: {duration: 1s, minimumPercent: 101}'), 'error'],
  ['warming up backwards', balanced('simple: ROUND_ROBIN, warmup: {duration: 1s, aggression: 0.5}'), 'error'],
  ['fewer than no streams', 'host: web, trafficPolicy: {connectionPool: {http: {maxConcurrentStreams: -1}}}', 'error'],
]);

specs('VirtualService', [
  ['a header that must not be there, by a star', route('match: [{withoutHeaders: {x: {regex: "*"}}}]'), 'fine'],
  ['a header by a star', route('match: [{headers: {x: {regex: "*"}}}]'), 'error'],
  ['a header by nothing at all', route('match: [{headers: {x: null}}]'), 'error'],
  ['a method that CORS knows', route('corsPolicy: {allowOrigins: [{exact: a}], allowMethods: ["*", PATCH]}'), 'fine'],
  ['a method that it does not', route('corsPolicy: {allowOrigins: [{exact: a}], allowMethods: [get]}'), 'error'],
  ['an origin that says nothing', route('corsPolicy: {allowOrigins: [{}]}'), 'error'],
  ['an origin of no letter', route('corsPolicy: {allowOrigins: [{exact: ""}]}'), 'error'],
  ['an origin remembered for no time', route('corsPolicy: {allowOrigins: [{exact: a}], maxAge: 0s}'), 'error'],
  ['retries after a status', route('retries: {attempts: 1, retryOn: "5xx,503,451"}'), 'fine'],
  ['retries after a status that has no name', route('retries: {attempts: 1, retryOn: "599"}'), 'error'],
  ['retries with a space', route('retries: {attempts: 1, retryOn: "5xx, reset"}'), 'error'],
  ['retries without a pause', route('retries: {attempts: 1, backoff: 0s}'), 'error'],
]);

const toPath = (path: string): string => `rules: [{to: [{operation: {paths: ["${path}"]}}]}]`;
const fromAccount = (name: string): string => `rules: [{from: [{source: {serviceAccounts: ["${name}"]}}]}]`;

specs('AuthorizationPolicy', [
  ['templates of whole parts', toPath('/{*}/a/{**}'), 'fine'],
  ['a template and a slash at the end', toPath('/a/{*}/'), 'fine'],
  ['a template with a name', toPath('/{id}/a'), 'error'],
  ['half a part', toPath('/a{*}'), 'error'],
  ['a star beside a template', toPath('/{*}/a*'), 'error'],
  ['a space beside a template', toPath('/{*}/a b'), 'error'],
  ['a space without one', toPath('/a b'), 'fine'],
  ['an account of its own namespace', fromAccount('web'), 'fine'],
  ['an account of another', fromAccount('shop/web'), 'fine'],
  ['accounts with a star', fromAccount('shop/*'), 'error'],
  ['an account of three parts', fromAccount('a/b/c'), 'error'],
  ['an account of no namespace', fromAccount('/web'), 'error'],
  ['accounts in a condition', 'rules: [{when: [{key: source.serviceAccount, values: ["shop/*"]}]}]', 'error'],
  ['the port 0', 'rules: [{to: [{operation: {ports: ["0"]}}]}]', 'fine'],
  ['a port beyond all', 'rules: [{to: [{operation: {ports: ["65536"]}}]}]', 'error'],
]);

const tcp = (rest: string): string => `hosts: [a.com], ports: [{number: 9, name: tcp, protocol: TCP}], ${rest}`;

specs('ServiceEntry', [
  ['tcp that istiod gives an address', tcp('resolution: DNS'), 'fine'],
  [
    'tcp that it does not, as asked',
    tcp('resolution: DNS'),
    'warning',
    'labels: {networking.istio.io/enable-autoallocate-ip: "false"}',
  ],
  ['tcp that it cannot', tcp('resolution: NONE'), 'warning'],
  [
    'an endpoint behind a network alone',
    tcp('addresses: [1.1.1.1], resolution: STATIC, endpoints: [{network: n}]'),
    'warning',
  ],
  [
    'hosts that share an address by name',
    'hosts: [a.com, b.com], addresses: [1.1.1.1], ports: [{number: 443, name: tls, protocol: TLS}], resolution: DNS',
    'warning',
  ],
  [
    'hosts that share an address by HTTP',
    'hosts: [a.com, b.com], addresses: [1.1.1.1], ports: [{number: 80, name: http, protocol: HTTP}], resolution: DNS',
    'fine',
  ],
]);
