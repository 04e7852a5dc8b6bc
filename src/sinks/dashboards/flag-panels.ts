import { FLAG_WATCHES } from '../../model/flag-watch.ts';
import { toldApart } from './panel.ts';

/** Runbooks of the alerts on flags, the worst first. */
export const SPIKE_RUNBOOKS: readonly string[] = FLAG_WATCHES.map(({ flag }) => `IstioResponseFlagSpike${flag}`);

/** The same flag has the same colour everywhere; those that nobody watches have none of their own. */
export const FLAG_COLOURS: Readonly<Record<string, string>> = toldApart(FLAG_WATCHES.map(({ flag }) => flag));
