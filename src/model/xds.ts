/** The xDS resource types, by the short names that istiod's own metrics use (Istio pkg/model/xds.go). */
export const XDS_TYPES = ['cds', 'lds', 'eds', 'rds', 'ecds', 'sds', 'nds', 'pcds', 'bds', 'wds', 'wads'] as const;
export type XdsType = (typeof XDS_TYPES)[number];

/**
 * istioctl's own words for the sync of one type, and ours, `UNKNOWN`: the istiod that served the proxy cannot be asked.
 * SYNCED is about delivery, not about being right: the last message sent was acknowledged.
 */
export const SYNC_STATES = ['SYNCED', 'STALE', 'NOT_SENT', 'ERROR', 'UNKNOWN'] as const;
export type SyncState = (typeof SYNC_STATES)[number];
