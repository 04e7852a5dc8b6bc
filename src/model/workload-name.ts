/** Kubernetes makes random words and hashes of these: no vowels, no 0, 1 or 3, so that no word arises (`SafeEncodeString`). */
const SAFE = 'bcdfghjklmnpqrstvwxz2456789';
/**
 * A hash of a pod template: safe letters, or hexadecimal with a digit in it, as old versions and other controllers write
 * it. A plain word, as in the DaemonSet `cart-service`, is none.
 */
const HASH = `(?:[${SAFE}]{6,10}|(?=[a-f]*\\d)[0-9a-f]{8,10})`;
const REPLICA_SET = new RegExp(`^(.+)-${HASH}-[a-z0-9]{5}$`);
/** A CronJob's Job is named after the minute it was due in; long ago after the second. */
const CRON_JOB = /^(.+)-\d{8,10}-[a-z0-9]{5}$/;
const DAEMON_SET = new RegExp(`^(.+)-[${SAFE}]{5}$`);
const STATEFUL_SET = /^(.+)-\d{1,10}$/;

/** Kubernetes cuts what is to be longer than this, and puts the random word behind without a dash. */
const MAX_GENERATED = 63;
const RANDOM_LENGTH = 5;
/** What is left of the hash when a name was cut. */
const CUT_HASH = new RegExp(`^(.+?)-(?:[${SAFE}]{0,10}|[0-9a-f]{0,10})-?$`);

/** The workload that a pod's name tells of; the name itself where it follows none of Kubernetes' patterns. */
export function workloadOfPodName(podName: string): string {
  for (const pattern of [CRON_JOB, REPLICA_SET, DAEMON_SET, STATEFUL_SET]) {
    const workload = pattern.exec(podName)?.[1];
    if (workload !== undefined) return workload;
  }
  return podName.length === MAX_GENERATED ? ofCutName(podName) : podName;
}

/** Nothing tells for sure where the workload ends, but all its pods give the same answer. */
function ofCutName(podName: string): string {
  const kept = podName.slice(0, -RANDOM_LENGTH);
  return CUT_HASH.exec(kept)?.[1] ?? kept;
}
