/**
 * The keys of Istio's default JSON access log (pilot/pkg/model/telemetry_logging.go), in the order in which the
 * compiled scanner numbers them (`assembly/json-fields.ts`): first what decides a counter, then the time stamp, then
 * what is only read over.
 */
export const JSON_FIELDS: readonly string[] = [
  'response_code',
  'response_flags',
  'response_code_details',
  'connection_termination_details',
  'upstream_transport_failure_reason',
  'upstream_cluster',
  'route_name',
  'authority',
  'downstream_local_address',
  'start_time',
  'bytes_received',
  'bytes_sent',
  'downstream_remote_address',
  'duration',
  'method',
  'path',
  'protocol',
  'request_id',
  'requested_server_name',
  'upstream_host',
  'upstream_local_address',
  'upstream_service_time',
  'user_agent',
  'x_forwarded_for',
];
