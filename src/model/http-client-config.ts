/** Names the file where no flag does: for a shell in which every command asks the same exporter. */
export const HTTP_CONFIG_VARIABLE = 'MESHLADDER_HTTP_CONFIG_FILE';

/** By what an exporter knows who asks, and by what we know that it is the exporter. */
export interface HttpClientConfig {
  /** The whole header, for the host that is asked and no other. A secret. Absent: nobody logs in. */
  readonly authorization?: string;
  readonly tls: ClientTls;
}

/** What is left out is as Node has it. */
export interface ClientTls {
  /** PEM of the authorities that are believed, in the place of the public ones. */
  readonly ca?: string;
  /** PEM of our own certificate, shown where one is asked for. */
  readonly cert?: string;
  /** PEM of its key. A secret. */
  readonly key?: string;
  /** The name that the certificate must hold, where it is not that of the URL. */
  readonly serverName?: string;
  /** Whoever answers is believed to be the exporter, and is told who asks. */
  readonly insecureSkipVerify: boolean;
}
