/** What a Deployment's ReplicaSet and its pods get: a hash of the template, then five random characters. */
const REPLICA_SET = /^(.+)-[a-z0-9]{6,10}-[a-z0-9]{5}$/;
/** A CronJob's Job is named after the minute it was due in. */
const CRON_JOB = /^(.+)-\d{8}-[a-z0-9]{5}$/;
/** DaemonSet and Job: five random characters, of which Kubernetes uses no vowels, 0, 1 or 3. */
const DAEMON_SET = /^(.+)-[bcdfghjklmnpqrstvwxz2456789]{5}$/;
const STATEFUL_SET = /^(.+)-\d+$/;

/** The workload that a pod's name tells of; the name itself where it follows none of Kubernetes' patterns. */
export function workloadOfPodName(podName: string): string {
  for (const pattern of [CRON_JOB, REPLICA_SET, DAEMON_SET, STATEFUL_SET]) {
    const workload = pattern.exec(podName)?.[1];
    if (workload !== undefined) return workload;
  }
  return podName;
}
