import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import type { BuiltImage } from './image-build.ts';

/** Why images cannot be run as a kubelet runs them on this machine; undefined: they can. */
export function whyNotHere(): string | undefined {
  if (process.platform !== 'linux') return 'only Linux has containers';
  if (process.getuid?.() !== 0) return 'only root may change the root folder and the user';
  try {
    execFileSync('unshare', ['--mount', 'chroot', '--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'unshare --mount is not allowed here';
  }
}

/** Stands for distroless: this machine's Node and the libraries it asks for, users, and nothing else. */
export function putNode(root: string): void {
  put(process.execPath, join(root, 'nodejs/bin/node'));
  const asked = execFileSync('ldd', [process.execPath], { encoding: 'utf8' });
  for (const [, library = ''] of asked.matchAll(/(?:=> )?(\/\S+) \(0x/g)) put(library, join(root, library));
  for (const folder of ['proc', 'tmp', 'dev', 'etc', 'home/nonroot', 'var/log/pods'])
    mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'etc/passwd'), 'nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n');
  writeFileSync(join(root, 'dev/null'), '');
}

function put(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}

export interface RunOptions {
  /** In place of the image's own command. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Starts an image as a kubelet does under the restricted profile: its own root, read-only but for an empty /tmp, its own
 * user, no capabilities, no new privileges. It keeps this machine's network.
 */
export function runImage(image: BuiltImage, options: RunOptions = {}): ChildProcess {
  const { root, user, workdir, entrypoint, cmd, env } = image;
  const [uid = '', gid = ''] = user.split(':');
  const argv = [...entrypoint, ...(options.args ?? cmd)];
  const mounts = [
    'mount --bind "$ROOT" "$ROOT"',
    'mount -o remount,ro,bind "$ROOT"',
    'mount -t proc proc "$ROOT/proc"',
    'mount -t tmpfs -o mode=1777,size=256m tmpfs "$ROOT/tmp"',
    'mount --bind /dev/null "$ROOT/dev/null"',
    // Another user than root has no capabilities, and gets none again.
    `exec setpriv --no-new-privs chroot --userspec=${uid}:${gid} --groups= "$ROOT" "$@"`,
  ];
  return spawn(
    'unshare',
    ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-ec', mounts.join('\n'), 'sh', ...argv],
    {
      cwd: '/',
      env: { PATH: process.env['PATH'] ?? '', ROOT: root, PWD: workdir, ...env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
}
