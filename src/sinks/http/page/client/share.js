// @ts-check

/**
 * A share as it is read, in the words of reports: `10 %`, `2.5 %`. Only nothing is `0 %`, and only all is `100 %`.
 * @param {number} share
 */
export function percentText(share) {
  const value = share * 100;
  if (value > 0 && value < 0.1) return '<0.1 %';
  if (value > 99 && value < 100) return `${Math.floor(value * 10) / 10} %`;
  return `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)} %`;
}
