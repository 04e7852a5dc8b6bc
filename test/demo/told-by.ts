/** By incident: the family that tells it on /metrics, and the beats that miss it when it is hidden. */
export const TOLD_BY: Readonly<Record<string, { readonly family: string; readonly beats: readonly string[] }>> = {
  stuck: { family: 'meshladder_proxy_type_state', beats: ['details-v1: its agent hangs; push'] },
  routes: { family: 'meshladder_route_weight_declared_ratio', beats: ['90/10 applied, behind payment-all'] },
  endpoints: {
    family: 'meshladder_endpoints',
    beats: ['10 % to v2, whose label is v2-rc1', 'v2 asks for the label v2 again'],
  },
  mtls: { family: 'meshladder_mtls_conflict', beats: ['tls DISABLE applied: 503 UC'] },
  authz: { family: 'meshladder_authorization_denials_total', beats: ['deny-checkout applied: all 403'] },
  analysis: { family: 'meshladder_analysis_finding', beats: ['checkout-public applied'] },
};
