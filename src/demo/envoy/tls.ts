import type { Body } from './body.ts';

/** Where certificates come from: the agent beside Envoy. */
const SDS: Body = {
  api_config_source: {
    api_type: 'GRPC',
    grpc_services: [{ envoy_grpc: { cluster_name: 'sds-grpc' } }],
    set_node_on_first_message_only: true,
    transport_api_version: 'V3',
  },
  initial_fetch_timeout: '0s',
  resource_api_version: 'V3',
};

/** Our own certificate, and who may be at the other end. */
export function sdsSecrets(names: readonly Body[]): Body {
  return {
    tls_certificate_sds_secret_configs: [{ name: 'default', sds_config: SDS }],
    combined_validation_context: {
      default_validation_context: names.length === 0 ? {} : { match_subject_alt_names: names },
      validation_context_sds_secret_config: { name: 'ROOTCA', sds_config: SDS },
    },
  };
}
