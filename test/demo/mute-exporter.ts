import { exportWithout } from './hide-families.ts';
import { TOLD_BY } from './told-by.ts';

exportWithout(...Object.values(TOLD_BY).map(({ family }) => family));
