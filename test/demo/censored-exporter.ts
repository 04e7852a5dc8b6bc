import { exportWithout } from './hide-families.ts';

exportWithout('meshladder_xds_blocked_by_network_policy');
